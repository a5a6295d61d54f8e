// The jobs that the page shows: a page of the master's list, kept up to date by events.
import type { JobDetails, JobEvent } from "../../api/types";
import { applyEvent } from "../../state/job_events";
import { matches, type JobQuery } from "./query";

// More rows than this are not kept: older ones come again by asking.
export const MOST_ROWS = 500;

// Of an "initialized" event, which does not tell the source.
export function jobOf(event: JobEvent, now: number): JobDetails | undefined {
  if (event.event !== "initialized" || !event.params || !event.function) return undefined;
  return {
    jobId: event.id,
    function: event.function,
    context: event.context ?? "",
    source: "",
    status: "queued",
    params: event.params,
    createTime: timeOfId(event.id) ?? now,
    ...(event.externalId !== undefined && { externalId: event.externalId }),
  };
}

// Ids of version 7 begin with the time of their making.
function timeOfId(id: string): number | undefined {
  return id[14] === "7" ? parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;
}

// Newest first. Jobs that the query does not mean (any more) stay where they are until the list is read again, so that
// rows do not vanish under the reader's eyes; new ones come only when they fit.
export function applyEvents(
  jobs: readonly JobDetails[],
  events: readonly JobEvent[],
  query: JobQuery,
  now: number,
): { jobs: readonly JobDetails[]; added: number } {
  const changed = new Map<string, JobDetails>();
  const known = new Map(jobs.map((job) => [job.jobId, job]));
  const fresh: JobDetails[] = [];
  for (const event of events) {
    const job = changed.get(event.id) ?? known.get(event.id);
    if (job) {
      const next = applyEvent(job, event);
      if (next !== job) changed.set(event.id, next);
    } else {
      const created = jobOf(event, now);
      if (created) {
        known.set(created.jobId, created);
        fresh.push(created);
      }
    }
  }
  if (changed.size === 0 && fresh.length === 0) return { jobs, added: 0 };
  const current = (job: JobDetails) => changed.get(job.jobId) ?? job;
  const added = fresh
    .map(current)
    .filter((job) => matches(query, job))
    .reverse();
  return { jobs: [...added, ...jobs.map(current)].slice(0, MOST_ROWS), added: added.length };
}
