// What is going on, what waits and why, what failed, and how it has been lately.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { get, path } from "../../api/client";
import type {
  ContextConfig,
  FunctionInfo,
  JobDetails,
  JobPage,
  Metrics,
  MetricsRange,
  Overview,
  Waiting,
} from "../../api/types";
import { Empty, ErrorBox, Loading, Page, Text, Time } from "../../components/basics";
import { Link } from "../../components/link";
import { useQuery } from "../../state/address";
import { count } from "../../state/formats";
import { firstLineOfError } from "../../state/job_events";
import { useOverview } from "../../state/overview";
import { useEvery, useResource } from "../../state/resource";
import "../../styles/overview.css";
import { texts } from "../../texts";
import { Chart, type Line } from "./chart";

const EVERY_MS = 15_000;
const SHOWN_JOBS = 5;
const RANGES: MetricsRange[] = ["hour", "day", "week"];

export default function OverviewPage(): JSX.Element {
  const overview = useOverview();
  return (
    <Page title={texts.overview.title}>
      {overview.error && <ErrorBox error={overview.error} retry={overview.reload} />}
      {overview.data ? <Now overview={overview.data} /> : !overview.error && <Loading />}
      <div class="columns">
        <WaitingJobs />
        <FailedJobs />
      </div>
      <History />
    </Page>
  );
}

function Now(props: { overview: Overview }): JSX.Element {
  const { contexts, workers } = props.overview;
  const sum = (which: "queued" | "running") => contexts.reduce((all, one) => all + one[which], 0);
  const of = (state: string) => workers.filter((worker) => worker.state === state).length;
  const now = texts.overview.now;
  const numbers: [string, number, string][] = [
    [now.running, sum("running"), "/jobs?q=state%3Arunning"],
    [now.queued, sum("queued"), "/jobs?q=state%3Awaiting"],
    [now.busy, of("busy"), "/workers"],
    [now.idle, of("idle"), "/workers"],
    [now.starting, of("starting"), "/workers"],
  ];
  return (
    <ul class="numbers" aria-label={now.label}>
      {numbers.map(([label, value, to]) => (
        <li key={label} class="card">
          <Link href={to}>
            <strong>{count(value)}</strong> {label}
          </Link>
        </li>
      ))}
    </ul>
  );
}

// The ones that wait for longest, with the reason.
function WaitingJobs(): JSX.Element {
  const waiting = useResource(async (signal) => {
    const queued = { status: ["queued"], paginate: true };
    const { total = 0 } = await get<JobPage>("/jobs", { ...queued, limit: 1 }, signal);
    const offset = Math.max(total - SHOWN_JOBS, 0); // the list begins with the newest
    const page = await get<JobPage>("/jobs", { ...queued, limit: SHOWN_JOBS, offset }, signal);
    const oldest = page.jobs.reverse();
    const reasons = await Promise.all(
      oldest.map((job) =>
        get<Waiting>(path`/jobs/${job.jobId}/waiting`, undefined, signal).catch(() => undefined),
      ),
    );
    return oldest
      .map((job, i) => ({ job, waits: reasons[i] }))
      .filter(({ waits }) => waits?.waiting);
  }, "waiting");
  useEvery(EVERY_MS, waiting.reload);
  return (
    <section class="card stack" aria-label={texts.overview.waiting}>
      <h2>{texts.overview.waiting}</h2>
      {waiting.error && <ErrorBox error={waiting.error} retry={waiting.reload} />}
      {waiting.data?.length === 0 && <p class="quiet">{texts.overview.nothingWaits}</p>}
      <ul class="short-list">
        {waiting.data?.map(({ job, waits }) => (
          <ShortJob
            key={job.jobId}
            job={job}
            text={waits?.waiting ? waits.text : ""}
            kind="wait-text"
          />
        ))}
      </ul>
    </section>
  );
}

function ShortJob(props: { job: JobDetails; text: string; kind: string }): JSX.Element {
  return (
    <li>
      <Link href={`/jobs/${encodeURIComponent(props.job.jobId)}`}>
        <Text value={props.job.function} most={60} />
      </Link>{" "}
      <span class="quiet">
        <Time ms={props.job.createTime} />
      </span>
      <p class={props.kind}>
        <Text value={props.text} most={300} />
      </p>
    </li>
  );
}

function FailedJobs(): JSX.Element {
  const failed = useResource(
    (signal) =>
      get<JobPage>("/jobs", { status: ["failed"], paginate: true, limit: SHOWN_JOBS }, signal),
    "failed",
  );
  useEvery(EVERY_MS, failed.reload);
  return (
    <section class="card stack" aria-label={texts.overview.failed}>
      <h2>
        <Link href="/jobs?q=state%3Afailed">{texts.overview.failed}</Link>
      </h2>
      {failed.error && <ErrorBox error={failed.error} retry={failed.reload} />}
      {failed.data?.jobs.length === 0 && <p class="quiet">{texts.overview.nothingFailed}</p>}
      <ul class="short-list">
        {failed.data?.jobs.map((job) => (
          <ShortJob key={job.jobId} job={job} text={firstLineOfError(job)} kind="error-text" />
        ))}
      </ul>
    </section>
  );
}

// ---- charts ---------------------------------------------------------------------------------------

function History(): JSX.Element {
  const [parameters, setParameters] = useQuery();
  const asked = parameters.get("range") as MetricsRange;
  const range = RANGES.includes(asked) ? asked : "hour";
  const of = parameters.get("of") ?? ""; // "function:<name>" or "context:<name>"
  const [kind, name] = [of.slice(0, of.indexOf(":")), of.slice(of.indexOf(":") + 1)];
  const metrics = useResource(
    (signal) => get<Metrics>("/metrics", { range, ...(of && { [kind]: name }) }, signal),
    `${range} ${of}`,
  );
  useEvery(EVERY_MS, metrics.reload);
  const set = (change: Record<string, string>) =>
    setParameters({ range, ...(of && { of }), ...change });
  return (
    <section class="stack" aria-label={texts.overview.history}>
      <header class="actions">
        <h2>{texts.overview.history}</h2>
        {RANGES.map((one) => (
          <button
            key={one}
            type="button"
            class="small"
            aria-pressed={one === range}
            onClick={() => set({ range: one })}
          >
            {texts.overview.ranges[one]}
          </button>
        ))}
        <OfWhat value={of} onChange={(now) => set({ of: now })} />
      </header>
      {metrics.error &&
        (metrics.error.isNotFound ? (
          <Empty title={texts.overview.notCounted}>
            <p>{texts.overview.notCountedHint}</p>
          </Empty>
        ) : (
          <ErrorBox error={metrics.error} retry={metrics.reload} />
        ))}
      {metrics.data && <Charts metrics={metrics.data} />}
    </section>
  );
}

function OfWhat(props: { value: string; onChange: (value: string) => void }): JSX.Element {
  const [names, setNames] = useState<{ functions: string[]; contexts: string[] } | undefined>();
  // Asked for when somebody wants to choose.
  const load = async () => {
    if (names) return;
    const [functions, contexts] = await Promise.all([
      get<FunctionInfo[]>("/functions"),
      get<ContextConfig[]>("/contexts"),
    ]);
    setNames({
      functions: functions.map((one) => one.name),
      contexts: contexts.map((one) => one.name),
    });
  };
  return (
    <label class="inline">
      {texts.overview.of}
      <select
        value={props.value}
        onFocus={() => void load().catch(() => {})}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        <option value="">{texts.overview.everything}</option>
        {!names && props.value && <option value={props.value}>{props.value}</option>}
        {names && (
          <>
            <optgroup label={texts.nav.functions}>
              {names.functions.map((name) => (
                <option key={name} value={`function:${name}`}>
                  {name}
                </option>
              ))}
            </optgroup>
            <optgroup label={texts.nav.contexts}>
              {names.contexts.map((name) => (
                <option key={name} value={`context:${name}`}>
                  {name}
                </option>
              ))}
            </optgroup>
          </>
        )}
      </select>
    </label>
  );
}

function Charts(props: { metrics: Metrics }): JSX.Element {
  const { metrics } = props;
  const { series, waiting, running } = metrics;
  const names = texts.overview.lines;
  const shown = useMemo(() => {
    const times = Array.from({ length: metrics.points }, (_, i) => metrics.from + i * metrics.step);
    const minutes = metrics.step / 60_000;
    const perMinute = (values: (number | null)[]) =>
      values.map((value) => (value === null ? null : Math.round((value / minutes) * 100) / 100));
    const line = (label: string, colour: string, values: (number | null)[]): Line => ({
      label,
      colour,
      values,
    });
    return {
      times,
      jobs: [
        line(names.finished, "--good", perMinute(series.finished)),
        line(names.failed, "--bad", perMinute(series.failed)),
        line(names.cancelled, "--quiet", perMinute(series.cancelled)),
        line(names.accepted, "--accent", perMinute(series.accepted)),
      ],
      queue: [
        line(names.queued, "--wait", series.queued),
        line(names.running, "--busy", series.running),
      ],
      waiting: [
        line(names.p50, "--accent", waiting.p50),
        line(names.p95, "--wait", waiting.p95),
        line(names.p99, "--bad", waiting.p99),
      ],
      running: [
        line(names.p50, "--accent", running.p50),
        line(names.p95, "--wait", running.p95),
        line(names.p99, "--bad", running.p99),
      ],
      workers: [
        line(names.busy, "--busy", series.workersBusy),
        line(names.idle, "--good", series.workersIdle),
      ],
    };
  }, [metrics]);
  const titles = texts.overview.charts;
  return (
    <div class="columns">
      <Chart title={titles.jobs} times={shown.times} lines={shown.jobs} unit="count" />
      <Chart title={titles.queue} times={shown.times} lines={shown.queue} unit="count" />
      <Chart title={titles.waiting} times={shown.times} lines={shown.waiting} unit="time" />
      <Chart title={titles.running} times={shown.times} lines={shown.running} unit="time" />
      <Chart title={titles.workers} times={shown.times} lines={shown.workers} unit="count" />
    </div>
  );
}
