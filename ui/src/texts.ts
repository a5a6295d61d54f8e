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
  jobs: {},

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
