// What becomes of a job that was just started, where it was started.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { EventFeed } from "../../api/events";
import { get, path } from "../../api/client";
import { isEnded, type JobDetails } from "../../api/types";
import { ErrorBox, Lasts, Loading, StateBadge } from "../../components/basics";
import { Link } from "../../components/link";
import { shortId } from "../../state/formats";
import { applyEvent } from "../../state/job_events";
import { parseError } from "../../state/error_text";
import { useResource } from "../../state/resource";
import { texts } from "../../texts";
import { ValueView } from "../job/value_view";

export function RunResult(props: { id: string }): JSX.Element {
  // The stream begins before the job is read, so nothing is missed between.
  const feed = useMemo(() => new EventFeed(path`/jobs/${props.id}/events`), [props.id]);
  const job = useResource(
    (signal) => get<JobDetails>(path`/jobs/${props.id}`, undefined, signal),
    props.id,
  );
  const [live, setLive] = useState<JobDetails | undefined>();
  useEffect(() => setLive((now) => (now && isEnded(now.status) ? now : job.data)), [job.data]);
  useEffect(
    () =>
      feed.listen((events) => {
        setLive((now) => now && events.reduce(applyEvent, now));
        if (!live) job.reload();
      }),
    [feed],
  );
  const opened = feed.opened.value;
  useEffect(() => {
    if (opened > 0) job.reload();
  }, [opened]);
  if (job.error) return <ErrorBox error={job.error} retry={job.reload} />;
  if (!live) return <Loading />;
  const failed = live.status === "failed" && typeof live.jobResult === "string";
  return (
    <section class="card" aria-label={texts.run.result}>
      <header>
        <h2>
          {texts.run.result} <StateBadge state={live.status} />
        </h2>
        <span>
          <Lasts from={live.createTime} to={live.endTime} />{" "}
          <Link href={`/jobs/${encodeURIComponent(live.jobId)}`}>
            {texts.run.job(shortId(live.jobId))}
          </Link>
        </span>
      </header>
      {failed && (
        <p class="box error pre mono" role="alert">
          <bdi>{parseError(live.jobResult as string).cause}</bdi>
        </p>
      )}
      {live.status === "finished" && live.jobResult !== undefined && (
        <ValueView
          title={texts.job.result}
          value={live.jobResult}
          file={`result-${live.jobId}.json`}
        />
      )}
    </section>
  );
}
