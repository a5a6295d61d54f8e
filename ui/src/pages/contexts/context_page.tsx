// A context: why it does not work if it does not, its settings, what runs and waits in it.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";

import { get, path, post, remove } from "../../api/client";
import type { ContextConfig, FailedStarts, JobPage } from "../../api/types";
import { ErrorBox, Loading, NotFound, Page, Text, Time } from "../../components/basics";
import { Confirm } from "../../components/dialog";
import { RecentJobs } from "../../components/job_rows";
import { toast } from "../../components/toasts";
import { Link } from "../../components/link";
import { moment } from "../../state/formats";
import { useOverview } from "../../state/overview";
import { timeStyle } from "../../state/preferences";
import { useEvery, useResource } from "../../state/resource";
import { useTask } from "../../state/task";
import "../../styles/run.css";
import { texts } from "../../texts";
import { quoted } from "../jobs/query";
import { ContextForm } from "./context_form";
import { ContextState } from "./context_state";

const RECENT = 10;
const EVERY_MS = 15_000;
const SHOWN = [
  "workerMode",
  "maxJobs",
  "jobsPerWorker",
  "precreated",
  "downtime",
  "maxConnFailures",
  "streamingDuration",
  "runOptions",
  "retries",
  "retryOn",
  "retryBackoff",
];

export default function ContextPage(props: { name: string }): JSX.Element {
  const { name } = props;
  const context = useResource(
    (signal) => get<ContextConfig>(path`/contexts/${name}`, undefined, signal),
    name,
  );
  const jobs = useResource(
    (signal) => get<JobPage>("/jobs", { context: name, paginate: true, limit: RECENT }, signal),
    name,
  );
  const overview = useOverview();
  useEvery(EVERY_MS, () => {
    context.reload();
    jobs.reload();
  });
  const [dialog, setDialog] = useState<"edit" | "delete" | undefined>();
  const [, navigate] = useLocation();
  const back = { to: "/contexts", label: texts.contexts.title };
  if (context.error?.isNotFound) {
    return (
      <NotFound title={texts.contexts.notFound} hint={texts.contexts.notFoundHint} back={back} />
    );
  }
  const shown = context.data;
  const load = overview.data?.contexts.find((one) => one.name === name);
  const workers = overview.data?.workers.filter((one) => one.context === name) ?? [];
  return (
    <Page
      title={name}
      heading={
        <>
          <Text value={name} most={80} /> {shown && <ContextState context={shown} />}
        </>
      }
      back={back}
      actions={
        shown &&
        name !== "default" && (
          <>
            <button type="button" onClick={() => setDialog("edit")}>
              {texts.contexts.edit}
            </button>
            <button type="button" class="danger" onClick={() => setDialog("delete")}>
              {texts.contexts.delete}
            </button>
          </>
        )
      }
    >
      {context.error && <ErrorBox error={context.error} retry={context.reload} />}
      {!shown && !context.error && <Loading />}
      {shown?.failedStarts && (
        <Failures name={name} failed={shown.failedStarts} onRepaired={context.reload} />
      )}
      {shown && (
        <div class="columns">
          <Settings context={shown} />
          <section class="card">
            <header>
              <h2>{texts.contexts.sparkConf}</h2>
            </header>
            <Conf conf={shown.sparkConf} />
          </section>
        </div>
      )}
      {load && (
        <section class="card">
          <dl class="facts">
            <dt>{texts.contexts.columns.queued}</dt>
            <dd>{load.queued}</dd>
            <dt>{texts.contexts.columns.running}</dt>
            <dd>{load.running}</dd>
            <dt>{texts.workers.title}</dt>
            <dd>
              {workers.map((worker) => (
                <div key={worker.id}>
                  <Link href={`/workers/${encodeURIComponent(worker.id)}`} class="mono">
                    <Text value={worker.id} />
                  </Link>{" "}
                  <span class="quiet">{texts.workers.states[worker.state]}</span>
                </div>
              ))}
              {workers.length === 0 && texts.contexts.workers(0, 0, 0)}
            </dd>
          </dl>
        </section>
      )}
      {jobs.data && (
        <RecentJobs
          jobs={jobs.data.jobs}
          all={`/jobs?q=${encodeURIComponent(`context:${quoted(name)}`)}`}
          allLabel={texts.contexts.jobs}
        />
      )}
      {dialog === "edit" && shown && (
        <ContextForm
          begin={shown}
          edited
          onClose={() => setDialog(undefined)}
          onSaved={context.reload}
        />
      )}
      {dialog === "delete" && (
        <Confirm
          title={texts.contexts.deleteTitle(name)}
          action={texts.contexts.deleteAction}
          work={async () => {
            await remove(path`/contexts/${name}`);
            navigate("/contexts");
          }}
          onClose={() => setDialog(undefined)}
        >
          <p>{texts.contexts.deleteText}</p>
        </Confirm>
      )}
    </Page>
  );
}

function Failures(props: {
  name: string;
  failed: FailedStarts;
  onRepaired: () => void;
}): JSX.Element {
  const { failed } = props;
  const task = useTask();
  const repair = () =>
    task.run(async () => {
      await post(path`/contexts/${props.name}/repair`, {});
      toast(texts.contexts.repaired);
      props.onRepaired();
    });
  return (
    <section
      class={`box ${failed.broken ? "error" : "warning"}`}
      aria-label={texts.contexts.failures}
    >
      <strong>{texts.contexts.failures}</strong>
      <p>
        {texts.contexts.times(failed.count)}. {texts.contexts.since} <Time ms={failed.since} />.{" "}
        {failed.broken
          ? texts.contexts.brokenText
          : failed.nextTry !== undefined &&
            `${texts.contexts.nextTry} ${moment(failed.nextTry, timeStyle.value)}.`}
      </p>
      <pre class="block wrap" tabIndex={0}>
        {failed.reason}
      </pre>
      {task.error !== undefined && <ErrorBox error={task.error} />}
      <button type="button" disabled={task.busy} onClick={repair}>
        {texts.contexts.repair}
      </button>
    </section>
  );
}

function Settings(props: { context: ContextConfig }): JSX.Element {
  const present = SHOWN.filter(
    (key) => props.context[key] !== undefined && props.context[key] !== "",
  );
  return (
    <section class="card">
      <header>
        <h2>{texts.contexts.settings}</h2>
      </header>
      <dl class="facts">
        {present.map((key) => (
          <>
            <dt>{texts.contexts.names[key]}</dt>
            <dd>
              <Text
                value={
                  key === "workerMode"
                    ? texts.contexts.modes[props.context.workerMode]!
                    : String(props.context[key])
                }
              />
            </dd>
          </>
        ))}
      </dl>
    </section>
  );
}

export function Conf(props: { conf: Record<string, string> }): JSX.Element {
  const entries = Object.entries(props.conf).sort();
  if (entries.length === 0) return <p class="quiet">{texts.contexts.noSparkConf}</p>;
  return (
    <dl class="facts mono">
      {entries.map(([key, value]) => (
        <>
          <dt>
            <Text value={key} />
          </dt>
          <dd>
            <Text value={value} most={500} />
          </dd>
        </>
      ))}
    </dl>
  );
}
