// The time line of a job: what it was doing when, by attempt.
import { isEnded, type Attempt, type JobDetails } from "../../api/types";

export type Phase = "waiting" | "starting" | "assigned" | "downloading" | "running" | "cancelling";

export interface Span {
  phase: Phase;
  from: number;
  to: number | undefined; // goes on
}

const PHASE_OF: Record<string, Phase> = {
  queued: "waiting",
  "worker-starting": "starting",
  "worker-assigned": "assigned",
  "job-file-downloading": "downloading",
  started: "running",
  cancelling: "cancelling",
};

export function spansOf(attempt: Attempt): Span[] {
  const spans: Span[] = [];
  attempt.steps.forEach((step, i) => {
    const phase = PHASE_OF[step.state];
    if (phase) spans.push({ phase, from: step.time, to: attempt.steps[i + 1]?.time });
  });
  return spans;
}

// Until the master has told more: from what a job's own fields say.
export function attemptsOf(job: JobDetails): Attempt[] {
  const steps = [{ state: "queued", time: job.createTime }];
  if (job.startTime !== undefined) steps.push({ state: "started", time: job.startTime });
  if (isEnded(job.status) && job.endTime !== undefined)
    steps.push({ state: job.status, time: job.endTime });
  return [{ attempt: 1, ...(job.workerId && { workerId: job.workerId }), steps }];
}
