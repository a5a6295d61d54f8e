// The log of a job in the whole window.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { EventFeed } from "../../api/events";
import { path } from "../../api/client";
import { isEnded } from "../../api/types";
import { ErrorBox, Loading, Page, StateBadge, Text } from "../../components/basics";
import { shortId } from "../../state/formats";
import { useLiveJob } from "../../state/live_job";
import { texts } from "../../texts";
import { LogViewer } from "./log_viewer";

export default function LogPage(props: { id: string }): JSX.Element {
  const stream = useJobStream(props.id);
  const { job: live, error, reload } = useLiveJob(props.id, stream);
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
      {error && <ErrorBox error={error} retry={reload} />}
      {live ? (
        <LogViewer
          job={props.id}
          begin={live.createTime}
          ended={isEnded(live.status)}
          stream={stream}
          fullWindow
        />
      ) : (
        !error && <Loading />
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
