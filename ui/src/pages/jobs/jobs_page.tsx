// All jobs, newest first, live.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";

import { allJobs } from "../../api/events";
import { get } from "../../api/client";
import type { JobEvent, JobPage } from "../../api/types";
import { isEnded } from "../../api/types";
import { Empty, ErrorBox, Loading, Page } from "../../components/basics";
import { KeyHelp } from "../../components/key_help";
import { Link } from "../../components/link";
import { useQuery } from "../../state/address";
import { count, moment } from "../../state/formats";
import { movesJob } from "../../state/job_events";
import { useKeys } from "../../state/keyboard";
import { Overtaking } from "../../state/overtaking";
import { timeStyle } from "../../state/preferences";
import { useEvery, useResource } from "../../state/resource";
import { useTask } from "../../state/task";
import "../../styles/jobs.css";
import { texts } from "../../texts";
import { BulkCancel } from "./bulk_cancel";
import { applyEvents, asRead, MOST_ROWS, type LiveJobs } from "./job_list";
import { COLUMNS, columns, JobTable, toggleColumn } from "./job_table";
import { isSearch, parseQuery, toParameters, type JobQuery } from "./query";
import { QueryBox } from "./query_box";

const PAGE_ROWS = 100;
const REREAD_MS = 2000; // while jobs may fit that the events tell too little of

interface Shown {
  live: LiveJobs;
  next: string | undefined; // where older ones begin
  scannedTo: number | undefined;
  total: number | undefined;
}

async function readPage(query: JobQuery, before?: string, signal?: AbortSignal): Promise<Shown> {
  const page = await get<JobPage>(
    "/jobs",
    { ...toParameters(query), paginate: true, limit: PAGE_ROWS, before },
    signal,
  );
  // A plain list does not say where it goes on: before its last job, while pages are full.
  const full = !isSearch(query) && page.jobs.length === PAGE_ROWS;
  const next = page.next ?? (full ? page.jobs.at(-1)!.jobId : undefined);
  return { live: asRead(page.jobs), next, scannedTo: page.scannedTo, total: page.total };
}

export default function JobsPage(): JSX.Element {
  const [parameters, setParameters] = useQuery();
  const text = parameters.get("q") ?? "";
  const input = useRef<HTMLInputElement>(null);
  const [help, setHelp] = useState(false);
  const setQuery = (q: string) => setParameters(q ? { q } : {});
  useKeys({ "/": () => input.current?.focus(), "?": () => setHelp(true) });
  return (
    <Page
      title={texts.jobs.title}
      actions={
        <Link class="button primary" href="/functions">
          {texts.jobs.run}
        </Link>
      }
    >
      <QueryBox value={text} onChange={setQuery} input={input} />
      <JobList key={text} text={text} onClear={() => setQuery("")} onHelp={() => setHelp(true)} />
      {help && <KeyHelp keys={texts.keys.jobs} onClose={() => setHelp(false)} />}
    </Page>
  );
}

function JobList(props: { text: string; onClear: () => void; onHelp: () => void }): JSX.Element {
  const { query, problems } = useMemo(() => parseQuery(props.text), [props.text]);
  const [shown, setShown] = useState<Shown | undefined>();
  const [paused, setPaused] = useState(false);
  const stands = useRef(false); // paused, also before the next rendering
  const isStale = useRef(false); // while it stands something has come that only reading it again shows
  const held = useRef<JobEvent[]>([]);
  const [heldCount, setHeldCount] = useState(0);
  const overtaking = useMemo(() => new Overtaking(), []);
  const first = useResource(async (signal) => {
    overtaking.begin();
    const page = await readPage(query, undefined, signal);
    if (signal.aborted) return;
    const since = overtaking.end();
    if (stands.current) isStale.current = true;
    else setShown(withEvents(page, since, query));
  }, props.text);
  const reread = () => {
    if (stands.current) isStale.current = true;
    else first.reload();
  };

  const follow = (events: JobEvent[]) => {
    setShown((now) => now && withEvents(now, events, query));
  };
  useEffect(
    () =>
      allJobs.listen((events) => {
        const told = events.filter(movesJob);
        overtaking.note(told);
        if (!stands.current) return follow(told);
        held.current.push(...told);
        setHeldCount(held.current.length);
      }),
    [query],
  );
  const opened = allJobs.opened.value;
  const openedBefore = useRef(opened);
  useEffect(() => {
    if (opened !== openedBefore.current) reread();
    openedBefore.current = opened;
  }, [opened]);
  const resume = () => {
    stands.current = false;
    setPaused(false);
    // So many are better read than followed.
    if (isStale.current || held.current.length > MOST_ROWS) first.reload();
    else follow(held.current);
    isStale.current = false;
    held.current = [];
    setHeldCount(0);
  };
  useEvery(REREAD_MS, () => {
    if (shown?.live.isUnsure && shown.live.jobs.length <= PAGE_ROWS) reread();
  });
  const togglePause = () => {
    if (paused) return resume();
    stands.current = true;
    setPaused(true);
  };

  if (problems.length > 0) return <></>; // the box tells them
  if (first.error && !shown) return <ErrorBox error={first.error} retry={first.reload} />;
  if (!shown) return <Loading />;
  return (
    <>
      {first.error && <ErrorBox error={first.error} retry={first.reload} />}
      <Rows
        shown={shown}
        onOlder={async () => {
          const older = await readPage(query, shown.next);
          setShown((now) => now && { ...older, total: now.total, live: joined(now.live, older) });
        }}
        onTogglePause={togglePause}
        paused={paused}
        status={paused ? texts.jobs.paused(heldCount) : summary(shown)}
        onHelp={props.onHelp}
      />
      {shown.live.jobs.length === 0 && !shown.next && (
        <NoJobs isFiltered={props.text !== ""} onClear={props.onClear} />
      )}
    </>
  );
}

function withEvents(shown: Shown, events: JobEvent[], query: JobQuery): Shown {
  const live = applyEvents(shown.live, events, query, Date.now());
  return live === shown.live ? shown : { ...shown, live };
}

function joined(newer: LiveJobs, older: Shown): LiveJobs {
  const known = new Set(newer.jobs.map((job) => job.jobId));
  return {
    ...newer,
    jobs: [...newer.jobs, ...older.live.jobs.filter((job) => !known.has(job.jobId))],
  };
}

function summary(shown: Shown): string {
  const { jobs, added } = shown.live;
  if (shown.total !== undefined) return texts.jobs.total(count(shown.total + added));
  return texts.jobs.found(count(jobs.length));
}

// Gets no elements: its rows' listeners would keep them, and with them every list that was ever shown.
function Rows(props: {
  shown: Shown;
  onOlder: () => Promise<void>;
  onTogglePause: () => void;
  paused: boolean;
  status: string;
  onHelp: () => void;
}): JSX.Element {
  const { next, scannedTo } = props.shown;
  const { jobs } = props.shown.live;
  const [, navigate] = useLocation();
  const [current, setCurrent] = useState<string | undefined>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [cancelling, setCancelling] = useState(false);
  const older = useTask();

  const alive = jobs
    .filter((job) => selected.has(job.jobId) && !isEnded(job.status))
    .map((job) => job.jobId);
  const select = (id: string, on: boolean) => {
    const set = new Set(selected);
    if (on) set.add(id);
    else set.delete(id);
    setSelected(set);
  };
  const move = (step: number) => {
    const at = jobs.findIndex((job) => job.jobId === current);
    const job = jobs[Math.min(Math.max(at + step, 0), jobs.length - 1)];
    if (!job) return;
    setCurrent(job.jobId);
    document
      .querySelector(`[data-job="${CSS.escape(job.jobId)}"]`)
      ?.scrollIntoView({ block: "nearest" });
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const job = jobs.find((one) => one.jobId === current);
      if (job && !isEnded(job.status)) select(job.jobId, !selected.has(job.jobId));
    },
    Enter: () => current && navigate(`/jobs/${encodeURIComponent(current)}`),
    p: props.onTogglePause,
  });
  const loadOlder = () => older.run(props.onOlder);

  return (
    <>
      <div class="toolbar">
        <button type="button" aria-pressed={props.paused} onClick={props.onTogglePause}>
          {props.paused ? texts.jobs.resume : texts.jobs.pause}
        </button>
        <span role="status" class="quiet">
          {props.status}
        </span>
        {alive.length > 0 && (
          <>
            <span>{texts.jobs.selected(alive.length)}</span>
            <button type="button" class="danger" onClick={() => setCancelling(true)}>
              {texts.jobs.cancelSelected}
            </button>
          </>
        )}
        <span class="toolbar-end">
          <ColumnsMenu />
          <button type="button" onClick={props.onHelp}>
            {texts.keys.open}
          </button>
        </span>
      </div>
      {jobs.length > 0 && (
        <JobTable
          jobs={jobs}
          current={current}
          selected={selected}
          onSelect={select}
          onSelectAll={(on) =>
            setSelected(
              new Set(on ? jobs.filter((job) => !isEnded(job.status)).map((job) => job.jobId) : []),
            )
          }
        />
      )}
      {older.error !== undefined && <ErrorBox error={older.error} retry={loadOlder} />}
      {next && (
        <div class="older">
          {scannedTo !== undefined && (
            <span class="quiet">{texts.jobs.searched(moment(scannedTo, timeStyle.value))}</span>
          )}
          <button type="button" disabled={older.busy} onClick={loadOlder}>
            {older.busy
              ? texts.jobs.searching
              : scannedTo === undefined
                ? texts.jobs.older
                : texts.jobs.searchOn}
          </button>
        </div>
      )}
      {cancelling && <BulkCancel ids={alive} onClose={() => setCancelling(false)} />}
    </>
  );
}

function NoJobs(props: { isFiltered: boolean; onClear: () => void }): JSX.Element {
  if (props.isFiltered) {
    return (
      <Empty title={texts.jobs.none}>
        <p>{texts.jobs.noneHint}</p>
        <button type="button" onClick={props.onClear}>
          {texts.jobs.clear}
        </button>
      </Empty>
    );
  }
  return (
    <Empty title={texts.jobs.nothingYet}>
      <p>{texts.jobs.nothingYetHint}</p>
      <Link class="button primary" href="/functions">
        {texts.jobs.run}
      </Link>
    </Empty>
  );
}

function ColumnsMenu(): JSX.Element {
  return (
    <details class="menu">
      <summary class="button">{texts.jobs.columns}</summary>
      <div class="menu-body">
        {COLUMNS.map((column) => (
          <label key={column}>
            <input
              type="checkbox"
              checked={columns.value.includes(column)}
              disabled={columns.value.length === 1 && columns.value[0] === column}
              onChange={() => toggleColumn(column)}
            />
            {texts.jobs.columnNames[column]}
          </label>
        ))}
      </div>
    </details>
  );
}
