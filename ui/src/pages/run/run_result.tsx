// What becomes of a job that was just started, where it was started.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { EventFeed } from "../../api/events";
import { path } from "../../api/client";
import { ErrorBox, Lasts, Loading, StateBadge } from "../../components/basics";
import { Link } from "../../components/link";
import { shortId } from "../../state/formats";
import { parseError } from "../../state/error_text";
import { useLiveJob } from "../../state/live_job";
import { texts } from "../../texts";
import { ValueView } from "../job/value_view";

export function RunResult(props: { id: string }): JSX.Element {
  const feed = useMemo(() => new EventFeed(path`/jobs/${props.id}/events`), [props.id]);
  const { job: live, error, reload } = useLiveJob(props.id, feed);
  if (error) return <ErrorBox error={error} retry={reload} />;
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
