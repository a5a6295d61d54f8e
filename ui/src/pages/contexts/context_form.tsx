import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";

import { path, post, put } from "../../api/client";
import type { ContextConfig } from "../../api/types";
import { ErrorBox } from "../../components/basics";
import { Dialog } from "../../components/dialog";
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
  sparkConf: [string, string][];
}

export function draftOf(config: ContextConfig, name: string): Draft {
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
    sparkConf: Object.entries(config.sparkConf),
  };
}

const DURATION = /^(\d+(ms|s)|Inf)$/;
const COUNT = /^[1-9]\d{0,8}$/;

export function problemsOf(draft: Draft): Partial<Record<keyof Draft, string>> {
  const problems: Partial<Record<keyof Draft, string>> = {};
  const form = texts.contexts.form;
  for (const key of ["downtime", "streamingDuration"] as const)
    if (!DURATION.test(draft[key])) problems[key] = form.badDuration;
  for (const key of ["maxJobs", "maxConnFailures", "jobsPerWorker"] as const)
    if (!COUNT.test(draft[key])) problems[key] = form.badNumber;
  return problems;
}

// What the master is sent: settings that the form does not know stay as they are.
export function bodyOf(draft: Draft, config: ContextConfig): Record<string, unknown> {
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
    sparkConf: Object.fromEntries(draft.sparkConf.filter(([key]) => key.trim() !== "")),
  };
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
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>();
  const problems = problemsOf(draft);
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
      | "runOptions",
    hint?: string,
  ) => (
    <Line
      label={texts.contexts.names[key]!}
      value={draft[key]}
      problem={problems[key]}
      hint={hint}
      onChange={(value) => set({ [key]: value })}
    />
  );
  const save = async (event: Event) => {
    event.preventDefault();
    setSaving(true);
    setError(undefined);
    try {
      const body = bodyOf(draft, props.begin);
      const saved = props.edited
        ? await put<ContextConfig>(path`/contexts/${draft.name}`, body)
        : await post<ContextConfig>("/contexts", body);
      props.onSaved(saved);
      props.onClose();
    } catch (problem) {
      setError(problem);
    } finally {
      setSaving(false);
    }
  };
  return (
    <Dialog title={props.edited ? form.edit(draft.name) : form.add} onClose={props.onClose} wide>
      <form class="stack" onSubmit={save}>
        <div class="options">
          <Line
            label={form.name}
            value={draft.name}
            readOnly={props.edited}
            required
            onChange={(value) => set({ name: value.trim() })}
          />
          <label class="field">
            {texts.contexts.names["workerMode"]}
            <select
              value={draft.workerMode}
              onChange={(event) => set({ workerMode: event.currentTarget.value })}
            >
              <option value="exclusive">{texts.contexts.modes["exclusive"]}</option>
              <option value="shared">{texts.contexts.modes["shared"]}</option>
            </select>
          </label>
          {line("maxJobs")}
          {shared && line("jobsPerWorker")}
          {shared && line("downtime", form.durationHint)}
          {line("maxConnFailures")}
          {line("streamingDuration", form.durationHint)}
          {line("runOptions")}
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
        {error !== undefined && <ErrorBox error={error} />}
        <footer class="actions">
          <button type="button" onClick={props.onClose}>
            {texts.actions.cancel}
          </button>
          <button
            type="submit"
            class="primary"
            disabled={saving || Object.keys(problems).length > 0}
          >
            {saving ? texts.busy : texts.actions.save}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Line(props: {
  label: string;
  value: string;
  problem?: string | undefined;
  hint?: string | undefined;
  readOnly?: boolean;
  required?: boolean;
  onChange: (value: string) => void;
}): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        value={props.value}
        required={props.required}
        readOnly={props.readOnly}
        aria-invalid={props.problem !== undefined}
        aria-describedby={`${id}-hint`}
        onInput={(event) => props.onChange(event.currentTarget.value)}
      />
      <span id={`${id}-hint`} class={props.problem ? "problem" : "hint"}>
        {props.problem ?? props.hint}
      </span>
    </div>
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
        <div key={i} class="list-item">
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
