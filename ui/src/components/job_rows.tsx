// A short list of jobs on the page of something else.
import type { JSX } from "preact";

import type { JobDetails } from "../api/types";
import { Link } from "./link";
import { shortId } from "../state/formats";
import { firstLineOfError } from "../state/job_events";
import { texts } from "../texts";
import { Lasts, StateBadge, Text, Time } from "./basics";

export function JobRows(props: { jobs: readonly JobDetails[] }): JSX.Element {
  const names = texts.jobs.columnNames;
  return (
    <div class="table-box">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">{names.state}</th>
            <th scope="col">{names.job}</th>
            <th scope="col">{names.function}</th>
            <th scope="col">{names.created}</th>
            <th scope="col" class="number">
              {names.ran}
            </th>
            <th scope="col">{names.error}</th>
          </tr>
        </thead>
        <tbody>
          {props.jobs.map((job) => {
            const error = firstLineOfError(job);
            return (
              <tr key={job.jobId}>
                <td>
                  <StateBadge state={job.status} />
                </td>
                <td>
                  <Link
                    href={`/jobs/${encodeURIComponent(job.jobId)}`}
                    class="mono"
                    title={job.jobId}
                  >
                    {shortId(job.jobId)}
                  </Link>
                </td>
                <td data-label={names.function}>
                  <Text value={job.function} most={60} />
                </td>
                <td data-label={names.created}>
                  <Time ms={job.createTime} />
                </td>
                <td class="number" data-label={names.ran}>
                  <Lasts from={job.startTime} to={job.endTime} />
                </td>
                <td class="wide-cell">
                  {error && <Text value={error} most={100} class="error-text" />}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

// What a function or a context has done lately, and the way to the rest.
export function RecentJobs(props: {
  jobs: readonly JobDetails[];
  all: string; // address of the list
  allLabel: string;
}): JSX.Element | null {
  if (props.jobs.length === 0) return null;
  return (
    <section class="stack">
      <header class="actions">
        <h2>{texts.jobs.recent}</h2>
        <Link href={props.all}>{props.allLabel}</Link>
      </header>
      <JobRows jobs={props.jobs} />
    </section>
  );
}
