// What events make of a job.
import { isEnded, type JobDetails, type JobEvent, type JobState } from "../api/types";
import { firstLineOfCause } from "./error_text";

const STATE_OF: Partial<Record<JobEvent["event"], JobState>> = {
  initialized: "queued", // its "queued" is in the same moment
  queued: "queued",
  "job-file-downloading": "job-file-downloading",
  started: "started",
  cancelling: "cancelling",
  cancelled: "cancelled",
  finished: "finished",
  failed: "failed",
};

export function stateAfter(event: JobEvent): JobState | undefined {
  return STATE_OF[event.event];
}

export function movesJob(event: JobEvent): boolean {
  return event.event !== "logs" && event.event !== "progress";
}

// The job after the event; the same object when the event tells nothing new.
export function applyEvent(job: JobDetails, event: JobEvent): JobDetails {
  if (event.event === "worker-assigned") return { ...job, workerId: event.workerId! };
  const state = stateAfter(event);
  // An event may be told again after a reconnect: an end stays an end.
  if (!state || isEnded(job.status)) return job;
  const next: JobDetails = { ...job, status: state };
  if (event.event === "queued") {
    delete next.workerId; // the next attempt has another one
    delete next.startTime;
  }
  if (event.event === "started" && event.time !== undefined) next.startTime = event.time;
  if (isEnded(state) && event.time !== undefined) next.endTime = event.time;
  if (event.event === "finished") next.jobResult = event.result ?? null;
  if (event.event === "failed") next.jobResult = event.error ?? "";
  return next;
}

export function firstLineOfError(job: JobDetails): string {
  if (job.status !== "failed" || typeof job.jobResult !== "string") return "";
  return firstLineOfCause(job.jobResult);
}
