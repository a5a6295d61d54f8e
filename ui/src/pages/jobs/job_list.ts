// The jobs that the page shows: a page of the master's list, kept up to date by events.
import { isEnded, type JobDetails, type JobEvent } from "../../api/types";
import { applyEvent, stateAfter } from "../../state/job_events";
import { matches, type JobQuery } from "./query";

// More rows than this are not kept: older ones come again by asking.
export const MOST_ROWS = 500;
// So many new jobs are watched that do not fit the query yet.
export const MOST_WATCHED = 2000;

export interface LiveJobs {
  jobs: readonly JobDetails[]; // the rows, newest first
  added: number; // rows since the list was read
  watched: ReadonlyMap<string, JobDetails>; // begun since the list was read, may fit later
  isUnsure: boolean; // a job may fit that the events tell too little of: only reading again shows it
}

export function asRead(jobs: readonly JobDetails[]): LiveJobs {
  return { jobs, added: 0, watched: new Map(), isUnsure: false };
}

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

// Jobs that the query does not mean (any more) stay where they are until the list is read again, so that rows do not
// vanish under the reader's eyes; others come when they fit. The same object when nothing has changed.
export function applyEvents(
  before: LiveJobs,
  events: readonly JobEvent[],
  query: JobQuery,
  now: number,
): LiveJobs {
  const listed = new Map(before.jobs.map((job) => [job.jobId, job]));
  const changed = new Map<string, JobDetails>();
  const moved = new Map<string, JobDetails>(); // of those that are no rows
  let isUnsure = before.isUnsure;
  for (const event of events) {
    const row = changed.get(event.id) ?? listed.get(event.id);
    const job = row ?? moved.get(event.id) ?? before.watched.get(event.id) ?? jobOf(event, now);
    if (!job) {
      isUnsure ||= mayFitNow(query, event);
      continue;
    }
    const next = applyEvent(job, event);
    if (row && next === row) continue;
    (row ? changed : moved).set(event.id, next);
    if (!row) isUnsure ||= query.sources.length > 0; // which events do not tell
  }
  if (changed.size + moved.size === 0)
    return isUnsure === before.isUnsure ? before : { ...before, isUnsure };
  const added = [...moved.values()].filter((job) => matches(query, job)).reverse();
  const watched = new Map([...before.watched, ...moved]);
  for (const job of moved.values()) if (isEnded(job.status)) watched.delete(job.jobId);
  for (const job of added) watched.delete(job.jobId);
  for (const id of [...watched.keys()].slice(0, -MOST_WATCHED)) watched.delete(id);
  const rows = before.jobs.map((job) => changed.get(job.jobId) ?? job);
  return {
    jobs: added.length > 0 ? [...added, ...rows].sort(newestFirst).slice(0, MOST_ROWS) : rows,
    added: before.added + added.length,
    watched,
    isUnsure,
  };
}

const newestFirst = (a: JobDetails, b: JobDetails) => b.createTime - a.createTime;

// Of a job that is not known here: whether the event can be what makes it fit.
function mayFitNow(query: JobQuery, event: JobEvent): boolean {
  if (query.states.length > 0) {
    const state = stateAfter(event);
    return state !== undefined && query.states.includes(state);
  }
  if (event.event === "failed") return query.words.length > 0;
  return event.event === "worker-assigned" && query.workers.length > 0;
}
