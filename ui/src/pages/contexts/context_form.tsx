import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ApiError, get, path, post, put } from "../../api/client";
import type { ContextConfig } from "../../api/types";
import { FormDialog, SelectField, TextField } from "../../components/fields";
import { useTask } from "../../state/task";
import { texts } from "../../texts";

// As text: what is typed stays as it is until it is saved.
interface Draft {
  name: string;
  workerMode: string;
  maxJobs: string;
  jobsPerWorker: string;
  precreated: boolean;
  downtime: string;
  streamingDuration: string;
  maxConnFailures: string;
  runOptions: string;
  retries: string;
  retryOn: string;
  retryBackoff: string;
  sparkConf: [string, string][];
}

function draftOf(config: ContextConfig, name: string): Draft {
  return {
    name,
    workerMode: config.workerMode,
    maxJobs: String(config.maxJobs),
    jobsPerWorker: String(config["jobsPerWorker"] ?? 1),
    precreated: config.precreated,
    downtime: config.downtime,
    streamingDuration: config.streamingDuration,
    maxConnFailures: String(config.maxConnFailures),
    runOptions: config.runOptions,
    // The API leaves them out where there are none.
    retries: String(config["retries"] ?? 0),
    retryOn: String(config["retryOn"] ?? "worker-lost"),
    retryBackoff: String(config["retryBackoff"] ?? "1s"),
    sparkConf: Object.entries(config.sparkConf),
  };
}

const DURATION = /^(\d+(ms|s)|Inf)$/;
const PAUSE = /^\d+(ms|s)$/;
const COUNT = /^[1-9]\d{0,8}$/;
const COUNT_OR_NONE = /^\d{1,9}$/;

// `taken`: a name that another context turned out to have.
function problemsOf(draft: Draft, taken: string | undefined): Partial<Record<keyof Draft, string>> {
  const problems: Partial<Record<keyof Draft, string>> = {};
  const form = texts.contexts.form;
  for (const key of ["downtime", "streamingDuration"] as const)
    if (!DURATION.test(draft[key])) problems[key] = form.badDuration;
  for (const key of ["maxJobs", "maxConnFailures", "jobsPerWorker"] as const)
    if (!COUNT.test(draft[key])) problems[key] = form.badNumber;
  if (!COUNT_OR_NONE.test(draft.retries)) problems.retries = form.badRetries;
  if (!PAUSE.test(draft.retryBackoff)) problems.retryBackoff = form.badPause;
  if (draft.name === taken) problems.name = form.taken(taken);
  return problems;
}

// What the master is sent: settings that the form does not know stay as they are.
function bodyOf(draft: Draft, config: ContextConfig): Record<string, unknown> {
  const shared = draft.workerMode === "shared";
  const { failedStarts: _, ...kept } = config;
  return {
    ...kept,
    name: draft.name,
    workerMode: draft.workerMode,
    maxJobs: Number(draft.maxJobs),
    jobsPerWorker: shared ? Number(draft.jobsPerWorker) : 1,
    precreated: shared && draft.precreated,
    downtime: draft.downtime,
    streamingDuration: draft.streamingDuration,
    maxConnFailures: Number(draft.maxConnFailures),
    runOptions: draft.runOptions,
    retries: Number(draft.retries),
    retryOn: draft.retryOn,
    retryBackoff: draft.retryBackoff,
    sparkConf: Object.fromEntries(
      draft.sparkConf
        .map(([key, value]) => [key.trim(), value.trim()] as const)
        .filter(([key]) => key !== ""),
    ),
  };
}

// A name that is too long to be asked for (414) is refused when it is saved, with the reason.
async function exists(name: string): Promise<boolean> {
  try {
    await get<ContextConfig>(path`/contexts/${name}`);
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.isNotFound || error.status === 414)) return false;
    throw error;
  }
}

// `begin`: the settings that a new context begins with, or those of the one that is edited.
export function ContextForm(props: {
  begin: ContextConfig;
  edited: boolean;
  onClose: () => void;
  onSaved: (saved: ContextConfig) => void;
}): JSX.Element {
  const [draft, setDraft] = useState(() =>
    draftOf(props.begin, props.edited ? props.begin.name : ""),
  );
  const [taken, setTaken] = useState<string | undefined>();
  const task = useTask();
  const problems = problemsOf(draft, taken);
  const form = texts.contexts.form;
  const shared = draft.workerMode === "shared";
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const line = (
    key:
      | "maxJobs"
      | "jobsPerWorker"
      | "downtime"
      | "streamingDuration"
      | "maxConnFailures"
      | "runOptions"
      | "retries"
      | "retryBackoff",
    hint?: string,
  ) => (
    <TextField
      label={texts.contexts.names[key]!}
      value={draft[key]}
      problem={problems[key]}
      hint={hint}
      onChange={(value) => set({ [key]: value })}
    />
  );
  const save = async () => {
    const body = bodyOf(draft, props.begin);
    if (props.edited)
      return props.onSaved(await put<ContextConfig>(path`/contexts/${draft.name}`, body));
    // A POST would replace it.
    if (await exists(draft.name)) {
      setTaken(draft.name);
      throw new Error(form.taken(draft.name));
    }
    props.onSaved(await post<ContextConfig>("/contexts", body));
  };
  return (
    <FormDialog
      title={props.edited ? form.edit(draft.name) : form.add}
      wide
      task={task}
      disabled={Object.keys(problems).length > 0}
      save={save}
      onClose={props.onClose}
    >
      <div class="options">
        <TextField
          label={form.name}
          value={draft.name}
          problem={problems.name}
          readOnly={props.edited}
          required
          onChange={(value) => set({ name: value.trim() })}
        />
        <SelectField
          label={texts.contexts.names["workerMode"]!}
          value={draft.workerMode}
          options={["exclusive", "shared"].map(
            (mode) => [mode, texts.contexts.modes[mode]!] as const,
          )}
          onChange={(workerMode) => set({ workerMode })}
        />
        {line("maxJobs")}
        {shared && line("jobsPerWorker")}
        {shared && line("downtime", form.durationHint)}
        {line("maxConnFailures")}
        {line("streamingDuration", form.durationHint)}
        {line("runOptions")}
        {line("retries")}
        <SelectField
          label={texts.contexts.names["retryOn"]!}
          value={draft.retryOn}
          options={[
            ["worker-lost", texts.run.workerLost],
            ["failure", texts.run.failure],
          ]}
          onChange={(retryOn) => set({ retryOn })}
        />
        {line("retryBackoff", form.pauseHint)}
        {shared && (
          <label class="inline">
            <input
              type="checkbox"
              checked={draft.precreated}
              onChange={(event) => set({ precreated: event.currentTarget.checked })}
            />
            {texts.contexts.names["precreated"]}
          </label>
        )}
      </div>
      <SparkConf rows={draft.sparkConf} onChange={(sparkConf) => set({ sparkConf })} />
    </FormDialog>
  );
}

function SparkConf(props: {
  rows: [string, string][];
  onChange: (rows: [string, string][]) => void;
}): JSX.Element {
  const form = texts.contexts.form;
  const set = (at: number, row: [string, string]) =>
    props.onChange(props.rows.map((old, i) => (i === at ? row : old)));
  return (
    <fieldset class="group">
      <legend>{texts.contexts.sparkConf}</legend>
      {props.rows.map(([key, value], i) => (
        <div key={i} class="list-item conf-row">
          <input
            class="mono"
            aria-label={form.confKey(i + 1)}
            placeholder="spark.executor.memory"
            value={key}
            onInput={(event) => set(i, [event.currentTarget.value, value])}
          />
          <input
            class="mono"
            aria-label={form.confValue(i + 1)}
            value={value}
            onInput={(event) => set(i, [key, event.currentTarget.value])}
          />
          <button
            type="button"
            class="small"
            aria-label={`${texts.actions.remove} ${key}`}
            onClick={() => props.onChange(props.rows.filter((_, at) => at !== i))}
          >
            {texts.actions.remove}
          </button>
        </div>
      ))}
      <button type="button" class="small" onClick={() => props.onChange([...props.rows, ["", ""]])}>
        {form.addConf}
      </button>
    </fieldset>
  );
}
