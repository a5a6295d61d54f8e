// Every text that the pages show, in one place. Words are those of the docs.
import type { JobState } from "./api/types";

const states: Record<JobState, string> = {
  initialized: "accepted",
  queued: "queued",
  "job-file-downloading": "downloading",
  started: "running",
  cancelling: "cancelling",
  finished: "finished",
  failed: "failed",
  cancelled: "cancelled",
};

export const texts = {
  states,
  none: "–",
  loading: "Loading…",
  busy: "Working…",
  nav: {
    label: "Pages",
    skip: "Go to the contents",
    overview: "Overview",
    jobs: "Jobs",
    functions: "Functions",
    contexts: "Contexts",
    workers: "Workers",
    artifacts: "Artifacts",
    docs: "Docs",
    menu: "Menu",
  },
  shell: {
    live: "Live",
    connecting: "Connecting…",
    lost: "Connection lost. Trying again…",
    theme: { label: "Theme", system: "As the system", light: "Light", dark: "Dark" },
    time: { label: "Times", relative: "Relative", local: "Local", utc: "UTC" },
    version: (mist: string, spark: string) => `Mist ${mist} · Spark ${spark}`,
    notFound: "There is no such page",
    notFoundHint: "The address may be of an older version. The pages on the left have everything.",
    crashed: "This page has met a bug",
  },
  actions: {
    retry: "Try again",
    copy: "Copy",
    copied: "Copied",
    close: "Close",
    keep: "No, keep it",
    save: "Save",
    cancel: "Cancel",
    delete: "Delete",
    edit: "Edit",
    download: "Download",
    add: "Add",
    remove: "Remove",
    reload: "Reload",
    run: "Run",
  },
  errors: {
    title: "That did not work",
    noAnswer: "The master does not answer. It may be restarting, or the network is down.",
    aborted: "The upload was stopped.",
    status: (status: number) => `The master answered with status ${status}.`,
    answered: (status: number) => `HTTP status ${status}`,
  },
  json: {
    list: (n: string) => `[ ${n} ]`,
    object: (n: string) => `{ ${n} }`,
    more: (n: string) => `Show more (${n} left)`,
    whole: (n: string) => `Show all ${n} characters`,
  },

  // ---- overview ----
  overview: {},

  // ---- jobs ----
  jobs: {
    title: "Jobs",
    run: "Run a function",
    pause: "Pause",
    resume: "Resume",
    paused: (n: number) =>
      n === 0 ? "Paused" : `Paused, ${n} new ${n === 1 ? "event" : "events"}`,
    total: (n: string) => `${n} jobs`,
    found: (n: string) => `${n} shown`,
    older: "Show older jobs",
    searched: (when: string) => `Searched back to ${when}.`,
    searchOn: "Search on",
    searching: "Searching…",
    none: "No job fits",
    noneHint: "Change or clear the query. Jobs that were started later appear by themselves.",
    noneSearchedHint: "Nothing so far.",
    nothingYet: "No job has run yet",
    nothingYetHint:
      "Upload an artifact, register a function of it, and run it; or let mist-cli apply a folder of configuration files.",
    clear: "Clear the query",
    columns: "Columns",
    help: "Keys",
    columnNames: {
      state: "State",
      function: "Function",
      job: "Job",
      context: "Context",
      source: "Source",
      created: "Created",
      waited: "Waited",
      ran: "Ran",
      worker: "Worker",
      external: "External id",
      error: "Error",
    },
    select: (id: string) => `Select job ${id}`,
    selectAll: "Select all jobs that can be cancelled",
    selected: (n: number) => `${n} selected`,
    cancelSelected: "Cancel selected",
    cancelTitle: (n: number) => `Cancel ${n} ${n === 1 ? "job" : "jobs"}?`,
    cancelText: "Running functions are interrupted; waiting ones never start.",
    cancelProgress: (done: number, all: number) => `${done} of ${all} have ended`,
    cancelFailed: (n: number) => `${n} could not be cancelled`,
    cancelAction: "Cancel them",
    close: "Close",
    query: {
      label: "Find jobs",
      placeholder: "state:failed function:hello* since:1h",
      empty: (key: string) => `${key}: needs a value.`,
      state: (value: string, all: string) => `There is no state "${value}". States: ${all}.`,
      source: (value: string, all: string) => `There is no source "${value}". Sources: ${all}.`,
      moment: (key: string, value: string) =>
        `${key}: cannot read "${value}" as a time. Write 15m, 1h or 7d for so long ago, 10:30, 2026-11-29 or 2026-11-29T10:30.`,
      key: (key: string, all: string) =>
        `There is no "${key}:". Write one of: ${all}; or quotes around a text with a colon.`,
      hints: {
        state: "failed, running, waiting …",
        function: "a name, or hello*",
        context: "a name, or a pattern",
        worker: "a worker's id",
        source: "http, cli, kafka, mqtt",
        since: "1h, 10:30, 2026-11-29",
        until: "as since",
      } as Record<string, string>,
      completions: "Completions",
    },
    keys: {
      title: "Keys of this page",
      list: [
        ["/", "write a query"],
        ["j, k", "next, previous job"],
        ["Enter", "open the job"],
        ["x", "select the job"],
        ["p", "pause or resume"],
        ["?", "this help"],
      ] as [string, string][],
    },
  },

  // ---- one job ----
  job: {},

  // ---- log ----
  log: {},

  // ---- run a function ----
  run: {},

  // ---- functions ----
  functions: {},

  // ---- contexts ----
  contexts: {},

  // ---- workers ----
  workers: {},

  // ---- artifacts ----
  artifacts: {},
};
