// The shapes of the API (openapi.json of the master). Times are milliseconds since the epoch.

import type { ExactNumber } from "./json";

export type JobState =
  | "initialized"
  | "queued"
  | "job-file-downloading"
  | "started"
  | "cancelling"
  | "finished"
  | "failed"
  | "cancelled";

export const JOB_STATES: readonly JobState[] = [
  "initialized",
  "queued",
  "job-file-downloading",
  "started",
  "cancelling",
  "finished",
  "failed",
  "cancelled",
];

export function isEnded(state: JobState): boolean {
  return state === "finished" || state === "failed" || state === "cancelled";
}

export type Json =
  null | boolean | number | ExactNumber | string | Json[] | { [key: string]: Json };

export interface JobDetails {
  jobId: string;
  function: string;
  context: string;
  source: string;
  status: JobState;
  params: {
    filePath: string;
    className: string;
    arguments: { [key: string]: Json };
    action: string;
  };
  externalId?: string;
  createTime: number;
  startTime?: number;
  endTime?: number;
  jobResult?: Json;
  workerId?: string;
  retries?: number;
  retryOn?: string;
  retryBackoff?: string;
}

export interface JobPage {
  jobs: JobDetails[];
  total?: number; // absent when it would need counting
  next?: string; // go on with before=<next>
  scannedTo?: number; // createTime of the last job that was looked at
}

export interface Step {
  state: string; // queued, worker-starting, worker-assigned, job-file-downloading, started, finished, failed, cancelled, requeued
  time: number;
  reason?: string;
}

export interface Attempt {
  attempt: number;
  workerId?: string;
  steps: Step[];
}

export type Waiting =
  | { waiting: false }
  | { waiting: true; reason: string; text: string; ahead: number; since: number };

// The type of an argument, in a function's `execute`.
export interface ArgType {
  type: string; // MInt, MString, MList, MMap, MOption, MObj, MAny, MBoolean, ...
  args?: ArgType[]; // of a list or an option one, of a map two
  fields?: Arguments;
}

export type Arguments = { [name: string]: ArgType };

export interface FunctionInfo {
  name: string;
  execute: Arguments;
  path: string;
  tags: string[];
  className: string;
  defaultContext: string;
  lang: string;
}

export interface FailedStarts {
  count: number;
  broken: boolean;
  since: number;
  last: number;
  nextTry?: number;
  reason: string;
}

export interface ContextConfig {
  name: string;
  maxJobs: number;
  workerMode: "exclusive" | "shared";
  precreated: boolean;
  sparkConf: Record<string, string>;
  runOptions: string;
  streamingDuration: string;
  downtime: string;
  maxConnFailures: number;
  failedStarts?: FailedStarts;
  [key: string]: unknown;
}

export interface WorkerLink {
  name: string;
  address: string;
  sparkUi?: string;
  initInfo: {
    maxJobs: number;
    downtime: string;
    streamingDuration: string;
    logService: string;
    masterAddress: string;
    sparkConf: Record<string, string>;
    [key: string]: unknown;
  };
}

export interface OverviewWorker {
  id: string;
  context: string;
  state: "starting" | "idle" | "busy" | "stopping";
  since: number;
  jobs: string[];
}

export interface Overview {
  time: number;
  contexts: {
    name: string;
    queued: number;
    running: number;
    workers: { starting: number; idle: number; busy: number };
  }[];
  functions: { name: string; queued: number; running: number }[];
  workers: OverviewWorker[];
}

export type MetricsRange = "hour" | "day" | "week";
type Values = (number | null)[];

export interface Metrics {
  from: number;
  step: number;
  points: number;
  series: Record<
    | "accepted"
    | "finished"
    | "failed"
    | "cancelled"
    | "queued"
    | "running"
    | "workersBusy"
    | "workersIdle",
    Values
  >;
  waiting: Record<"p50" | "p95" | "p99", Values>;
  running: Record<"p50" | "p95" | "p99", Values>;
}

export interface ArtifactInfo {
  name: string;
  sha1: string;
  sha256: string;
  bytes: number;
  created?: number; // absent: a file of router.conf
  functions: string[];
}

export interface LogLine {
  offset: number; // of its first byte in the log
  bytes: number; // with its newline
  level?: string;
  time?: number;
  text: string;
  cut?: boolean;
}

export interface LogPage {
  lines: LogLine[];
  begin: number;
  end: number;
  fileBytes: number;
  complete: boolean; // false: a bounded number of bytes was looked at; go on from `end`, or before `begin`
}

export interface LogCount {
  count: number;
  from: number;
  to: number;
  complete: boolean;
}

export interface MistStatus {
  mistVersion: string;
  sparkVersion: string;
  started: number | string;
  [key: string]: unknown;
}

// What Spark does for a job, since the current attempt began.
export interface Progress {
  time: number;
  jobs: { running: number; completed: number; failed: number };
  stages: { waiting: number; running: number; completed: number; failed: number; skipped: number };
  tasks: TaskCounts;
  shown: SparkStage[]; // those that run, those that wait, the newest that have ended
}

export interface SparkStage {
  id: number;
  attempt: number; // from 0
  name: string;
  state: "waiting" | "running" | "completed" | "failed";
  tasks: TaskCounts;
  begin?: number;
  end?: number;
}

export interface TaskCounts {
  all: number;
  running: number;
  completed: number;
  failed: number;
}

// One message of an event stream.
export interface JobEvent {
  event:
    | "initialized"
    | "queued"
    | "worker-assigned"
    | "job-file-downloading"
    | "started"
    | "cancelling"
    | "cancelled"
    | "finished"
    | "failed"
    | "logs"
    | "progress"
    | "keep-alive";
  id: string;
  time?: number;
  workerId?: string;
  result?: Json;
  error?: string;
  function?: string;
  context?: string;
  externalId?: string;
  params?: JobDetails["params"];
  events?: { from: string; message: string; timeStamp: number; level: number; errTrace?: string }[];
  fileOffset?: number;
  progress?: Progress;
}
