// The rows of the jobs page. Which columns are there is the reader's choice.
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";

import type { JobDetails } from "../../api/types";
import { isEnded } from "../../api/types";
import { Lasts, StateBadge, Text, Time } from "../../components/basics";
import { Link } from "../../components/link";
import { shortId } from "../../state/formats";
import { firstLineOfError } from "../../state/job_events";
import { keep, kept } from "../../state/preferences";
import { texts } from "../../texts";

export type Column = keyof typeof texts.jobs.columnNames;
export const COLUMNS = Object.keys(texts.jobs.columnNames) as Column[];
const USUAL: Column[] = [
  "state",
  "function",
  "job",
  "context",
  "created",
  "waited",
  "ran",
  "error",
];
const STORED = "mist.jobs.columns";

function readColumns(): Column[] {
  const stored = kept(STORED)
    ?.split(",")
    .filter((name): name is Column => COLUMNS.includes(name as Column));
  return stored && stored.length > 0 ? stored : USUAL;
}

const chosen = signal<Column[]>(readColumns());
export const columns = computed(() => COLUMNS.filter((column) => chosen.value.includes(column)));

export function toggleColumn(column: Column): void {
  const now = chosen.value;
  chosen.value = now.includes(column) ? now.filter((one) => one !== column) : [...now, column];
  keep(STORED, chosen.value.join(","));
}

function Cell(props: { column: Column; job: JobDetails }): JSX.Element {
  const { job } = props;
  switch (props.column) {
    case "state":
      return <StateBadge state={job.status} />;
    case "function":
      return (
        <Link href={`/functions/${encodeURIComponent(job.function)}`}>
          <Text value={job.function} most={80} />
        </Link>
      );
    case "job":
      return (
        <Link href={`/jobs/${encodeURIComponent(job.jobId)}`} class="mono" title={job.jobId}>
          {shortId(job.jobId)}
        </Link>
      );
    case "context":
      return (
        <Link href={`/contexts/${encodeURIComponent(job.context)}`}>
          <Text value={job.context} most={60} />
        </Link>
      );
    case "source":
      return <Text value={job.source || texts.none} />;
    case "created":
      return <Time ms={job.createTime} />;
    case "waited":
      return <Lasts from={job.createTime} to={job.startTime ?? job.endTime} />;
    case "ran":
      return <Lasts from={job.startTime} to={job.endTime} />;
    case "worker":
      return job.workerId ? (
        <Link href={`/workers/${encodeURIComponent(job.workerId)}`} class="mono">
          <Text value={job.workerId} most={40} />
        </Link>
      ) : (
        <span class="quiet">{texts.none}</span>
      );
    case "external":
      return <Text value={job.externalId ?? texts.none} most={60} />;
    case "error": {
      const error = firstLineOfError(job);
      return error ? <Text value={error} most={120} class="error-text" /> : <></>;
    }
  }
}

export function JobTable(props: {
  jobs: readonly JobDetails[];
  current: string | undefined; // the row that keys act on
  selected: ReadonlySet<string>;
  onSelect: (id: string, on: boolean) => void;
  onSelectAll: (on: boolean) => void;
}): JSX.Element {
  const shown = columns.value;
  const open = props.jobs.filter((job) => !isEnded(job.status));
  const allSelected = open.length > 0 && open.every((job) => props.selected.has(job.jobId));
  return (
    <div class="table-box">
      <table class="cards jobs-table">
        <thead>
          <tr>
            <th>
              <input
                type="checkbox"
                aria-label={texts.jobs.selectAll}
                checked={allSelected}
                disabled={open.length === 0}
                onChange={(event) => props.onSelectAll(event.currentTarget.checked)}
              />
            </th>
            {shown.map((column) => (
              <th key={column} scope="col" class={isNumber(column) ? "number" : ""}>
                {texts.jobs.columnNames[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.jobs.map((job) => (
            <tr
              key={job.jobId}
              data-job={job.jobId}
              class={props.current === job.jobId ? "current" : ""}
            >
              <td class="select-cell">
                <input
                  type="checkbox"
                  aria-label={texts.jobs.select(shortId(job.jobId))}
                  disabled={isEnded(job.status)}
                  checked={props.selected.has(job.jobId)}
                  onChange={(event) => props.onSelect(job.jobId, event.currentTarget.checked)}
                />
              </td>
              {shown.map((column) => (
                <td
                  key={column}
                  class={`column-${column}${isNumber(column) ? " number" : ""}`}
                  data-label={texts.jobs.columnNames[column]}
                >
                  <Cell column={column} job={job} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function isNumber(column: Column): boolean {
  return column === "waited" || column === "ran";
}
