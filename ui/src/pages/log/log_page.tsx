// The log of a job in the whole window.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { EventFeed } from "../../api/events";
import { get, path } from "../../api/client";
import { isEnded, type JobDetails } from "../../api/types";
import { ErrorBox, Loading, Page, StateBadge, Text } from "../../components/basics";
import { shortId } from "../../state/formats";
import { applyEvent } from "../../state/job_events";
import { useResource } from "../../state/resource";
import { texts } from "../../texts";
import { LogViewer } from "./log_viewer";

export default function LogPage(props: { id: string }): JSX.Element {
  const job = useResource(
    (signal) => get<JobDetails>(path`/jobs/${props.id}`, undefined, signal),
    props.id,
  );
  const stream = useJobStream(props.id);
  const [live, setLive] = useState<JobDetails | undefined>();
  useEffect(() => setLive(job.data), [job.data]);
  useEffect(
    () => stream.listen((events) => setLive((now) => now && events.reduce(applyEvent, now))),
    [stream],
  );
  const opened = stream.opened.value;
  useEffect(() => {
    if (opened > 0) job.reload();
  }, [opened]);
  return (
    <Page
      title={`${texts.log.title} ${shortId(props.id)}`}
      heading={
        <>
          {texts.log.of} {live && <Text value={live.function} most={60} />}{" "}
          {live && <StateBadge state={live.status} />}
        </>
      }
      back={{
        to: `/jobs/${encodeURIComponent(props.id)}`,
        label: `${texts.log.job} ${shortId(props.id)}`,
      }}
    >
      {job.error && <ErrorBox error={job.error} retry={job.reload} />}
      {live ? (
        <LogViewer
          job={props.id}
          begin={live.createTime}
          ended={isEnded(live.status)}
          stream={stream}
          fullWindow
        />
      ) : (
        !job.error && <Loading />
      )}
    </Page>
  );
}

// The job's own events, with how far its log reaches.
export function useJobStream(id: string, withProgress = false): EventFeed {
  return useMemo(
    () =>
      new EventFeed(path`/jobs/${id}/events`, {
        withLogs: "true",
        ...(withProgress && { withProgress: "true" }),
      }),
    [id],
  );
}
