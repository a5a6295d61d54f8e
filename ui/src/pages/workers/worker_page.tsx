import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { get, path } from "../../api/client";
import type { JobPage, WorkerLink } from "../../api/types";
import { ErrorBox, Page, Text } from "../../components/basics";
import { JobRows } from "../../components/job_rows";
import { Link } from "../../components/link";
import { useOverview } from "../../state/overview";
import { useEvery, useResource } from "../../state/resource";
import "../../styles/log.css";
import { texts } from "../../texts";
import { Conf } from "../contexts/context_page";
import { OutputView } from "./output_view";
import { SparkUiLink, StopWorker, WorkerBadge } from "./workers_page";

const RECENT = 25;
const EVERY_MS = 15_000;

export default function WorkerPage(props: { id: string }): JSX.Element {
  const { id } = props;
  const link = useResource(
    (signal) => get<WorkerLink>(path`/workers/${id}`, undefined, signal),
    id,
  );
  const jobs = useResource(
    (signal) => get<JobPage>(path`/workers/${id}/jobs`, { paginate: true, limit: RECENT }, signal),
    id,
  );
  const overview = useOverview();
  useEvery(EVERY_MS, () => {
    link.reload();
    jobs.reload();
  });
  const [stopping, setStopping] = useState(false);
  const now = overview.data?.workers.find((worker) => worker.id === id);
  const known = link.error?.isNotFound ? undefined : link.data; // of a worker that runs
  const alive = now !== undefined || known !== undefined;
  const isGone = link.error?.isNotFound === true && overview.data !== undefined && !alive;
  const problem = link.error && !link.error.isNotFound ? link.error : jobs.error;
  return (
    <Page
      title={id}
      heading={
        <>
          <span class="mono">
            <Text value={id} most={80} />
          </span>{" "}
          {now && <WorkerBadge state={now.state} />}
        </>
      }
      back={{ to: "/workers", label: texts.workers.title }}
      actions={
        alive &&
        now?.state !== "stopping" && (
          <button type="button" class="danger" onClick={() => setStopping(true)}>
            {texts.workers.stop}
          </button>
        )
      }
    >
      {problem && <ErrorBox error={problem} retry={link.reload} />}
      {isGone && <p class="box">{texts.workers.ended}</p>}
      {known && <Facts link={known} context={now?.context} />}
      <section class="stack">
        <h2>{texts.workers.jobs}</h2>
        {jobs.data?.jobs.length === 0 && <p class="quiet">{texts.workers.noJobs}</p>}
        {jobs.data && jobs.data.jobs.length > 0 && <JobRows jobs={jobs.data.jobs} />}
      </section>
      <section class="card stack">
        <h2>{texts.workers.output}</h2>
        <OutputView worker={id} alive={alive} />
      </section>
      {stopping && (
        <StopWorker
          id={id}
          onClose={() => setStopping(false)}
          onStopped={() => {
            link.reload();
            jobs.reload();
            overview.reload();
          }}
        />
      )}
    </Page>
  );
}

function Facts(props: { link: WorkerLink; context: string | undefined }): JSX.Element {
  const { link } = props;
  const { initInfo } = link;
  const names = texts.workers.facts;
  return (
    <div class="columns">
      <section class="card">
        <dl class="facts">
          {props.context && (
            <>
              <dt>{names.context}</dt>
              <dd>
                <Link href={`/contexts/${encodeURIComponent(props.context)}`}>
                  <Text value={props.context} />
                </Link>
              </dd>
            </>
          )}
          <dt>{names.address}</dt>
          <dd>
            <Text value={link.address} />
          </dd>
          {link.sparkUi && (
            <>
              <dt>{names.sparkUi}</dt>
              <dd>
                <SparkUiLink address={link.sparkUi} /> <Text value={link.sparkUi} class="quiet" />
              </dd>
            </>
          )}
          <dt>{names.maxJobs}</dt>
          <dd>{initInfo.maxJobs}</dd>
          <dt>{names.downtime}</dt>
          <dd>
            <Text value={String(initInfo.downtime)} />
          </dd>
          <dt>{names.streaming}</dt>
          <dd>
            <Text value={String(initInfo.streamingDuration)} />
          </dd>
          <dt>{names.logService}</dt>
          <dd>
            <Text value={String(initInfo.logService)} />
          </dd>
        </dl>
      </section>
      <section class="card">
        <header>
          <h2>{texts.workers.sparkConf}</h2>
        </header>
        <Conf conf={initInfo.sparkConf} />
      </section>
    </div>
  );
}
