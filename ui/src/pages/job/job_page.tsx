// One job: what it is doing or did, why it failed, what went in and came out, and its log.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";

import { get, path, post, remove } from "../../api/client";
import {
  isEnded,
  type Attempt,
  type JobDetails,
  type Waiting,
  type WorkerLink,
} from "../../api/types";
import {
  CopyButton,
  ErrorBox,
  Lasts,
  Loading,
  NotFound,
  Page,
  StateBadge,
  Text,
  Time,
} from "../../components/basics";
import { Confirm } from "../../components/dialog";
import { toast } from "../../components/toasts";
import { Link } from "../../components/link";
import { shortId } from "../../state/formats";
import { movesJob } from "../../state/job_events";
import { useLiveJob } from "../../state/live_job";
import { useEvery, useResource } from "../../state/resource";
import { useTask } from "../../state/task";
import "../../styles/job.css";
import { texts } from "../../texts";
import { useJobStream } from "../log/log_page";
import { LogViewer } from "../log/log_viewer";
import { SparkUiLink } from "../workers/workers_page";
import { attemptsOf } from "./course";
import { SparkWork } from "./spark_work";
import { parseError } from "../../state/error_text";
import { Attempts, TimeLine } from "./time_line";
import { ValueView } from "./value_view";

const WAITING_MS = 10_000;
const BACK = { to: "/jobs", label: texts.nav.jobs };

export default function JobPage(props: { id: string }): JSX.Element {
  const { id } = props;
  const stream = useJobStream(id, true);
  const { job: live, error, reload } = useLiveJob(id, stream);
  const attempts = useResource(
    (signal) => get<{ attempts: Attempt[] }>(path`/jobs/${id}/attempts`, undefined, signal),
    id,
  );
  useEffect(
    () =>
      stream.listen((events) => {
        if (events.some(movesJob)) attempts.reload();
      }),
    [stream, attempts.reload],
  );
  const opened = stream.opened.value;
  useEffect(() => {
    if (opened > 0) attempts.reload();
  }, [opened]);

  if (error?.isNotFound)
    return <NotFound title={texts.job.notFound} hint={texts.job.notFoundHint} back={BACK} />;
  return (
    <Page
      title={`${live?.function ?? texts.job.title} ${shortId(id)}`}
      heading={
        live && (
          <>
            <Text value={live.function} most={80} /> <StateBadge state={live.status} />
          </>
        )
      }
      back={BACK}
      actions={live && <Actions job={live} />}
    >
      {error && <ErrorBox error={error} retry={reload} />}
      {live ? (
        <Body job={live} attempts={attempts.data?.attempts ?? attemptsOf(live)} stream={stream} />
      ) : (
        !error && <Loading />
      )}
    </Page>
  );
}

function Body(props: {
  job: JobDetails;
  attempts: Attempt[];
  stream: ReturnType<typeof useJobStream>;
}): JSX.Element {
  const { job, attempts } = props;
  const ended = isEnded(job.status);
  return (
    <>
      <section class="card">
        <TimeLine attempt={attempts.at(-1)!} />
        {job.status === "queued" && <WaitingReason id={job.jobId} />}
        <Facts job={job} />
      </section>
      {job.status === "failed" && <Failure error={job.jobResult} />}
      <div class="columns">
        <ValueView
          title={texts.job.arguments}
          value={job.params.arguments}
          file={`arguments-${job.jobId}.json`}
        />
        {job.status === "finished" && job.jobResult !== undefined && (
          <ValueView
            title={texts.job.result}
            value={job.jobResult}
            file={`result-${job.jobId}.json`}
          />
        )}
      </div>
      {(job.status === "started" || job.status === "cancelling") && (
        <SparkWork key={attempts.length} id={job.jobId} stream={props.stream} />
      )}
      {attempts.length > 1 && <Attempts attempts={attempts} />}
      <section class="card">
        <header>
          <h2>{texts.log.title}</h2>
          <Link class="button" href={`/jobs/${encodeURIComponent(job.jobId)}/log`}>
            {texts.log.fullWindow}
          </Link>
        </header>
        <LogViewer
          job={job.jobId}
          begin={job.createTime}
          ended={ended}
          stream={props.stream}
          fullWindow={false}
        />
      </section>
    </>
  );
}

function WaitingReason(props: { id: string }): JSX.Element | null {
  const waiting = useResource(
    (signal) => get<Waiting>(path`/jobs/${props.id}/waiting`, undefined, signal),
    props.id,
  );
  useEvery(WAITING_MS, waiting.reload);
  if (!waiting.data?.waiting) return null;
  return (
    <p class="waiting-reason" role="status">
      {waiting.data.text}
    </p>
  );
}

function Facts(props: { job: JobDetails }): JSX.Element {
  const { job } = props;
  const facts = texts.job.facts;
  return (
    <dl class="facts job-facts">
      <dt>{facts.job}</dt>
      <dd>
        <code>{job.jobId}</code> <CopyButton text={job.jobId} />
      </dd>
      <dt>{facts.function}</dt>
      <dd>
        <Link href={`/functions/${encodeURIComponent(job.function)}`}>
          <Text value={job.function} />
        </Link>{" "}
        <span class="quiet">
          <Text value={job.params.className} most={120} /> ·{" "}
          <Text value={job.params.filePath} most={120} />
        </span>
      </dd>
      <dt>{facts.context}</dt>
      <dd>
        <Link href={`/contexts/${encodeURIComponent(job.context)}`}>
          <Text value={job.context} />
        </Link>
      </dd>
      {job.workerId && (
        <>
          <dt>{facts.worker}</dt>
          <dd>
            <Link href={`/workers/${encodeURIComponent(job.workerId)}`} class="mono">
              <Text value={job.workerId} />
            </Link>
            {!isEnded(job.status) && <SparkUi worker={job.workerId} />}
          </dd>
        </>
      )}
      <dt>{facts.source}</dt>
      <dd>
        <Text value={job.source} />
      </dd>
      {job.externalId !== undefined && (
        <>
          <dt>{facts.external}</dt>
          <dd>
            <Text value={job.externalId} />
          </dd>
        </>
      )}
      <dt>{facts.created}</dt>
      <dd>
        <Time ms={job.createTime} />
      </dd>
      <dt>{facts.started}</dt>
      <dd>
        <Time ms={job.startTime} />
      </dd>
      <dt>{facts.ended}</dt>
      <dd>
        <Time ms={job.endTime} />
      </dd>
      <dt>{facts.ran}</dt>
      <dd>
        <Lasts from={job.startTime} to={job.endTime} />
      </dd>
      {job.retries !== undefined && (
        <>
          <dt>{facts.retries}</dt>
          <dd>
            {job.retries} {job.retryOn && texts.job.retryOn(job.retryOn)}{" "}
            {job.retryBackoff && texts.job.retryAfter(job.retryBackoff)}
          </dd>
        </>
      )}
    </dl>
  );
}

function SparkUi(props: { worker: string }): JSX.Element | null {
  const worker = useResource(
    (signal) => get<WorkerLink>(path`/workers/${props.worker}`, undefined, signal),
    props.worker,
  );
  if (!worker.data?.sparkUi) return null;
  return (
    <>
      {" · "}
      <SparkUiLink address={worker.data.sparkUi} />
    </>
  );
}

function Failure(props: { error: unknown }): JSX.Element {
  const text = typeof props.error === "string" ? props.error : JSON.stringify(props.error ?? "");
  const { cause, stack } = parseError(text);
  return (
    <section class="box error" aria-label={texts.job.failed}>
      <strong>{texts.job.failed}</strong>
      <p class="pre mono cause">
        <bdi>{cause || texts.job.noReason}</bdi>
      </p>
      {stack && (
        <details class="stack-trace">
          <summary>{texts.job.wholeError}</summary>
          <pre class="block" tabIndex={0}>
            {stack}
          </pre>
        </details>
      )}
      <CopyButton text={text} label={texts.job.copyError} />
    </section>
  );
}

function Actions(props: { job: JobDetails }): JSX.Element {
  const { job } = props;
  const [, navigate] = useLocation();
  const [cancelling, setCancelling] = useState(false);
  const start = useTask();
  const runAgain = () =>
    start.run(async () => {
      const started = await post<{ id: string }>(
        path`/functions/${job.function}/jobs`,
        job.params.arguments,
        { context: job.context },
      );
      navigate(`/jobs/${encodeURIComponent(started.id)}`);
    });
  useEffect(() => {
    if (start.error) toast(`${texts.job.notStarted} ${(start.error as Error).message}`, true);
  }, [start.error]);
  return (
    <>
      <button type="button" disabled={start.busy} onClick={runAgain}>
        {texts.job.runAgain}
      </button>
      <Link
        class="button"
        href={`/functions/${encodeURIComponent(job.function)}/run?from=${encodeURIComponent(job.jobId)}`}
      >
        {texts.job.runChanged}
      </Link>
      {!isEnded(job.status) && (
        <button type="button" class="danger" onClick={() => setCancelling(true)}>
          {texts.job.cancel}
        </button>
      )}
      {cancelling && (
        <Confirm
          title={texts.job.cancelTitle}
          action={texts.job.cancelAction}
          work={() => remove(path`/jobs/${job.jobId}`)}
          onClose={() => setCancelling(false)}
        >
          <p>{texts.jobs.cancelText}</p>
        </Confirm>
      )}
    </>
  );
}
