// Calls a function: its arguments as a form or as JSON, the same call in other ways, and the result in place.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { get, path, request } from "../../api/client";
import { parseJson } from "../../api/json";
import type { ContextConfig, FunctionInfo, JobDetails, Json } from "../../api/types";
import { CopyButton, ErrorBox, Loading, Page, Text } from "../../components/basics";
import { SelectField, TextField } from "../../components/fields";
import { JsonEditor } from "../../components/json_editor";
import { useQuery } from "../../state/address";
import { useResource } from "../../state/resource";
import { checkArguments, sampleArguments } from "../../state/schema";
import { useTask } from "../../state/task";
import "../../styles/run.css";
import { texts } from "../../texts";
import { ArgumentForm } from "./argument_form";
import { checkText } from "./editor_check";
import { RunResult } from "./run_result";
import { NO_OPTIONS, queryOf, snippet, WAYS, type CallOptions, type Way } from "./snippets";

export default function RunPage(props: { name: string }): JSX.Element {
  const [parameters] = useQuery();
  const from = parameters.get("from") ?? "";
  const loaded = useResource(async (signal) => {
    const [info, job] = await Promise.all([
      get<FunctionInfo>(path`/functions/${props.name}`, undefined, signal),
      from ? get<JobDetails>(path`/jobs/${from}`, undefined, signal) : undefined,
    ]);
    return { info, job };
  }, `${props.name} ${from}`);
  return (
    <Page
      title={texts.run.title(props.name)}
      heading={
        <>
          {texts.run.run} <Text value={props.name} most={80} />
        </>
      }
      back={{ to: `/functions/${encodeURIComponent(props.name)}`, label: props.name }}
    >
      {loaded.error && <ErrorBox error={loaded.error} retry={loaded.reload} />}
      {loaded.data ? (
        <Call info={loaded.data.info} from={loaded.data.job} />
      ) : (
        !loaded.error && <Loading />
      )}
    </Page>
  );
}

function Call(props: { info: FunctionInfo; from: JobDetails | undefined }): JSX.Element {
  const fields = props.info.execute;
  const begin = props.from?.params.arguments ?? sampleArguments(fields);
  const [text, setText] = useState(() => JSON.stringify(begin, null, 2));
  const [options, setOptions] = useState<CallOptions>({
    ...NO_OPTIONS,
    context:
      props.from && props.from.context !== props.info.defaultContext ? props.from.context : "",
  });
  const [job, setJob] = useState<string | undefined>();
  const task = useTask();
  const value = useMemo(() => parsed(text), [text]);
  const problems = useMemo(
    () => (value === undefined ? [] : checkArguments(fields, value)),
    [value],
  );
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);

  const run = () =>
    task.run(async () => {
      setJob(undefined);
      // The text as it was written: no digit is lost.
      const answer = await request("POST", path`/functions/${props.info.name}/jobs`, {
        query: queryOf(options),
        text,
      });
      setJob(((await answer.json()) as { id: string }).id);
    });

  return (
    <>
      <div class="columns">
        <section class="card" aria-label={texts.run.form}>
          <header>
            <h2>{texts.run.form}</h2>
          </header>
          {isObject ? (
            <ArgumentForm
              fields={fields}
              value={value as { [name: string]: Json }}
              problems={problems}
              onChange={(now) => setText(JSON.stringify(now, null, 2))}
            />
          ) : (
            <p class="quiet">{texts.run.formNeedsJson}</p>
          )}
        </section>
        <section class="card" aria-label={texts.run.json}>
          <header>
            <h2>{texts.run.json}</h2>
            <CopyButton text={text} />
          </header>
          <JsonEditor
            label={texts.run.json}
            value={text}
            onChange={setText}
            check={(written) => checkText(fields, written)}
          />
          <ul class="problems" aria-live="polite">
            {value === undefined && <li>{checkText(fields, text)[0]?.message}</li>}
            {problems.map((problem) => (
              <li key={problem.path}>
                <Text
                  value={problem.path ? `${problem.path}: ${problem.message}` : problem.message}
                />
              </li>
            ))}
          </ul>
        </section>
      </div>
      <Options info={props.info} options={options} onChange={setOptions} />
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={task.busy || value === undefined}
          onClick={run}
        >
          {task.busy ? texts.busy : texts.actions.run}
        </button>
      </div>
      {task.error !== undefined && <ErrorBox error={task.error} title={texts.run.refused} />}
      {job && <RunResult key={job} id={job} />}
      <Snippets
        name={props.info.name}
        args={value === undefined ? text : JSON.stringify(value)}
        options={options}
      />
    </>
  );
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function Options(props: {
  info: FunctionInfo;
  options: CallOptions;
  onChange: (options: CallOptions) => void;
}): JSX.Element {
  const contexts = useResource(
    (signal) => get<ContextConfig[]>("/contexts", undefined, signal),
    "contexts",
  );
  const { options } = props;
  const set = (key: keyof CallOptions) => (value: string) =>
    props.onChange({ ...options, [key]: value.trim() });
  return (
    <details class="card">
      <summary>{texts.run.more}</summary>
      <div class="options">
        <SelectField
          label={texts.run.context}
          value={options.context}
          options={[
            ["", texts.run.usualContext(props.info.defaultContext)],
            ...(contexts.data ?? []).map((context) => [context.name, context.name] as const),
          ]}
          onChange={set("context")}
        />
        <TextField
          label={texts.run.externalId}
          value={options.externalId}
          onChange={set("externalId")}
        />
        <TextField
          label={texts.run.startTimeout}
          hint={texts.run.durationHint}
          value={options.startTimeout}
          onChange={set("startTimeout")}
        />
        <TextField
          label={texts.run.performTimeout}
          hint={texts.run.durationHint}
          value={options.performTimeout}
          onChange={set("performTimeout")}
        />
        <TextField
          label={texts.run.retries}
          hint={texts.run.retriesHint}
          value={options.retries}
          onChange={set("retries")}
        />
        <SelectField
          label={texts.run.retryOn}
          value={options.retryOn}
          options={[
            ["", texts.run.asContext],
            ["worker-lost", texts.run.workerLost],
            ["failure", texts.run.failure],
          ]}
          onChange={set("retryOn")}
        />
      </div>
    </details>
  );
}

function Snippets(props: { name: string; args: string; options: CallOptions }): JSX.Element {
  const [way, setWay] = useState<Way>("curl");
  const text = snippet(way, props.name, props.args, props.options, location.origin);
  return (
    <section class="card" aria-label={texts.run.ways}>
      <header>
        <h2>{texts.run.ways}</h2>
        <div class="actions">
          {WAYS.map((one) => (
            <button
              key={one}
              type="button"
              class="small"
              aria-pressed={one === way}
              onClick={() => setWay(one)}
            >
              {one}
            </button>
          ))}
          <CopyButton text={text} />
        </div>
      </header>
      <pre class="block wrap" tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}
