import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { get, path, remove } from "../../api/client";
import type { OverviewWorker, WorkerLink } from "../../api/types";
import { Empty, ErrorBox, Loading, Page, Text } from "../../components/basics";
import { Confirm } from "../../components/dialog";
import { toast } from "../../components/toasts";
import { Link } from "../../components/link";
import { shortId } from "../../state/formats";
import { useOverview } from "../../state/overview";
import { useEvery, useResource } from "../../state/resource";
import { texts } from "../../texts";

const EVERY_MS = 15_000;

export default function WorkersPage(): JSX.Element {
  const overview = useOverview();
  const links = useResource(
    (signal) => get<WorkerLink[]>("/workers", undefined, signal),
    "workers",
  );
  useEvery(EVERY_MS, links.reload);
  const [stopping, setStopping] = useState<string | undefined>();
  const reload = () => {
    overview.reload();
    links.reload();
  };
  const known = new Map(links.data?.map((link) => [link.name, link]));
  const workers = overview.data?.workers ?? [];
  const error = overview.error ?? links.error;
  const names = texts.workers.columns;
  return (
    <Page title={texts.workers.title}>
      {error && <ErrorBox error={error} retry={reload} />}
      {!overview.data && !error && <Loading />}
      {overview.data && workers.length === 0 && (
        <Empty title={texts.workers.none}>
          <p>{texts.workers.noneHint}</p>
        </Empty>
      )}
      {workers.length > 0 && (
        <div class="table-box">
          <table class="cards">
            <thead>
              <tr>
                {Object.entries(names).map(([key, label]) => (
                  <th key={key} scope="col">
                    {label}
                  </th>
                ))}
                <th>
                  <span class="visually-hidden">{texts.workers.stop}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {workers.map((worker) => (
                <Row
                  key={worker.id}
                  worker={worker}
                  link={known.get(worker.id)}
                  onStop={() => setStopping(worker.id)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {stopping && (
        <StopWorker id={stopping} onClose={() => setStopping(undefined)} onStopped={reload} />
      )}
    </Page>
  );
}

const BADGE: Record<OverviewWorker["state"], string> = {
  starting: "is-wait",
  idle: "is-good",
  busy: "is-busy",
  stopping: "",
};

export function WorkerBadge(props: { state: OverviewWorker["state"] }): JSX.Element {
  return <span class={`badge ${BADGE[props.state]}`}>{texts.workers.states[props.state]}</span>;
}

function Row(props: {
  worker: OverviewWorker;
  link: WorkerLink | undefined;
  onStop: () => void;
}): JSX.Element {
  const { worker, link } = props;
  const names = texts.workers.columns;
  return (
    <tr>
      <td>
        <Link href={`/workers/${encodeURIComponent(worker.id)}`} class="mono">
          <Text value={worker.id} most={60} />
        </Link>
      </td>
      <td data-label={names.context}>
        <Link href={`/contexts/${encodeURIComponent(worker.context)}`}>
          <Text value={worker.context} most={40} />
        </Link>
      </td>
      <td>
        <WorkerBadge state={worker.state} />
      </td>
      <td data-label={names.jobs}>
        {worker.jobs.map((job) => (
          <Link key={job} href={`/jobs/${encodeURIComponent(job)}`} class="mono list-link">
            {shortId(job)}
          </Link>
        ))}
      </td>
      <td data-label={names.address}>{link && <Text value={link.address} />}</td>
      <td>
        <SparkUiLink address={link?.sparkUi} />
      </td>
      <td>
        <button
          type="button"
          class="small danger"
          aria-label={`${texts.workers.stop} ${worker.id}`}
          onClick={props.onStop}
        >
          {texts.workers.stop}
        </button>
      </td>
    </tr>
  );
}

// Whatever a driver claims, only an address of the web becomes a link.
export function SparkUiLink(props: { address: string | undefined }): JSX.Element | null {
  if (!props.address || !/^https?:\/\//.test(props.address)) return null;
  return (
    <a href={props.address} target="_blank" rel="noreferrer">
      {texts.job.sparkUi}
    </a>
  );
}

export function StopWorker(props: {
  id: string;
  onClose: () => void;
  onStopped: () => void;
}): JSX.Element {
  return (
    <Confirm
      title={texts.workers.stopTitle}
      action={texts.workers.stopAction}
      work={async () => {
        await remove(path`/workers/${props.id}`);
        toast(texts.workers.stopped);
        props.onStopped();
      }}
      onClose={props.onClose}
    >
      <p class="mono">
        <Text value={props.id} />
      </p>
      <p>{texts.workers.stopText}</p>
    </Confirm>
  );
}
