// A job's log: a window of lines that moves with the reader, follows the end, filters and finds.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { get, path, url } from "../../api/client";
import type { LogPage } from "../../api/types";
import { CopyButton, ErrorBox } from "../../components/basics";
import { Choice } from "../../components/fields";
import { KeyHelp } from "../../components/key_help";
import { bytes, count, lineTime } from "../../state/formats";
import { useKeys } from "../../state/keyboard";
import type { JobStream } from "../../state/live_job";
import { keep, kept, lineTimeStyle, TIME_STYLES } from "../../state/preferences";
import "../../styles/log.css";
import { texts } from "../../texts";
import { markFound, parseAnsi } from "./ansi";
import { LogModel, messageOf, toRecords, type LogRecord } from "./log_model";
import { useLogSearch, type LogSearch } from "./use_log_search";

const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
const NEAR = 400; // pixels from an edge of the window at which more is loaded
const FOLDED_REST = 3; // lines of a stack trace that are shown

export function LogViewer(props: {
  job: string;
  begin: number; // when the job was made
  ended: boolean;
  stream: JobStream;
  fullWindow: boolean;
}): JSX.Element {
  const [level, setLevel] = useState<string>("DEBUG");
  const [filter, setFilter] = useState("");
  const [wrap, setWrap] = useState(kept("mist.log.wrap") !== "no");
  const [help, setHelp] = useState(false);
  const model = useMemo(
    () =>
      new LogModel((query, signal) =>
        get<LogPage>(
          path`/jobs/${props.job}/logs/lines`,
          { ...query, level, text: filter || undefined },
          signal,
        ),
      ),
    [props.job, level, filter],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const following = useSignal(false);
  const marked = useSignal<number | undefined>(undefined);
  const follow = (on: boolean) => {
    following.value = on;
    model.following = on;
    if (on) void (model.atEnd ? model.catchUp() : model.openEnd());
  };
  const jump = (offset: number) => {
    follow(false);
    marked.value = offset;
    void model.openAt(offset);
  };

  useEffect(() => {
    const place = marked.value ?? linkedLine(); // the marked line also when other lines are wanted
    if (place !== undefined) jump(place);
    else {
      // A log that has ended is read from its end like one that goes on: what failed stands there.
      following.value = model.following = !props.ended;
      void model.openEnd();
    }
    const onAddress = () => {
      const linked = linkedLine();
      if (linked !== undefined) jump(linked);
    };
    addEventListener("hashchange", onAddress);
    return () => {
      removeEventListener("hashchange", onAddress);
      model.close();
    };
  }, [model]);
  useEffect(
    () =>
      props.stream.listen((events) => {
        for (const event of events)
          if (event.fileOffset !== undefined) model.grown(event.fileOffset);
      }),
    [model, props.stream],
  );
  // What was written before the stream began.
  const opened = props.stream.opened.value;
  useEffect(() => {
    if (opened > 0 && model.end.value > 0) void model.newer().then(() => model.catchUp());
  }, [opened]);
  // The last lines are written when the job has ended already.
  useEffect(() => {
    if (props.ended && model.end.value > 0) void model.newer().then(() => model.catchUp());
  }, [props.ended]);

  const search = useLogSearch({ job: props.job, level, model, marked, jump });
  const goToBegin = () => {
    follow(false);
    marked.value = undefined;
    void model.openAt(0).then(() => scroller.current?.scrollTo(0, 0));
  };
  useKeys({
    g: goToBegin,
    G: () => follow(true),
    f: () => follow(!following.value),
    n: () => search.go("next"),
    N: () => search.go("previous"),
    "?": () => setHelp(true),
    ...(props.fullWindow && { "/": () => document.getElementById("log-search")?.focus() }),
  });

  return (
    <section class={`log${props.fullWindow ? " log-full" : ""}`} aria-label={texts.log.title}>
      <div class="log-bar">
        <SearchBox search={search} />
        <label class="inline">
          {texts.log.level}
          <select value={level} onChange={(event) => setLevel(event.currentTarget.value)}>
            {LEVELS.map((name) => (
              <option key={name} value={name}>
                {name === "DEBUG" ? texts.log.allLevels : texts.log.andAbove(name)}
              </option>
            ))}
          </select>
        </label>
        <label class="inline">
          {texts.log.times}
          <Choice of={lineTimeStyle} values={TIME_STYLES} names={texts.log.timeStyles} />
        </label>
        <label class="inline">
          <input
            type="checkbox"
            checked={filter !== ""}
            disabled={!search.text}
            onChange={(event) => setFilter(event.currentTarget.checked ? search.text : "")}
          />
          {texts.log.onlyMatches}
        </label>
        <label class="inline">
          <input
            type="checkbox"
            checked={wrap}
            onChange={(event) => {
              setWrap(event.currentTarget.checked);
              keep("mist.log.wrap", event.currentTarget.checked ? "yes" : "no");
            }}
          />
          {texts.log.wrap}
        </label>
        <span class="log-bar-end">
          <button type="button" onClick={goToBegin}>
            {texts.log.begin}
          </button>
          <button
            type="button"
            aria-pressed={following.value}
            onClick={() => follow(!following.value)}
          >
            {props.ended ? texts.log.end : texts.log.follow}
          </button>
          <a
            class="button"
            href={url(path`/jobs/${props.job}/logs`)}
            download={`job-${props.job}.log`}
          >
            {texts.actions.download}
          </a>
          <button type="button" onClick={() => setHelp(true)}>
            {texts.keys.open}
          </button>
        </span>
      </div>
      <Lines
        key={`${level} ${filter}`}
        model={model}
        begin={props.begin}
        scroller={scroller}
        wrap={wrap}
        found={search.text}
        following={following.value}
        onLeaveEnd={() => follow(false)}
        onReachEnd={() => follow(true)}
        ended={props.ended}
        marked={marked.value}
        onMark={(offset) => {
          marked.value = offset;
          history.replaceState(history.state, "", `#L${offset}`);
        }}
      />
      <Position model={model} marked={marked.value} onJump={jump} />
      {help && <KeyHelp keys={texts.keys.log} onClose={() => setHelp(false)} />}
    </section>
  );
}

// The line that the address names: #L and where it begins.
function linkedLine(): number | undefined {
  const linked = /^#L(\d+)$/.exec(location.hash);
  return linked ? Number(linked[1]) : undefined;
}

function SearchBox(props: { search: LogSearch }): JSX.Element {
  const { search } = props;
  return (
    <form
      class="log-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search.go("previous");
      }}
    >
      <input
        id="log-search"
        type="search"
        aria-label={texts.log.search}
        placeholder={texts.log.search}
        value={search.text}
        onInput={(event) => search.setText(event.currentTarget.value)}
      />
      <button
        type="submit"
        disabled={!search.text}
        aria-label={texts.log.previous}
        title={texts.log.previous}
      >
        ↑
      </button>
      <button
        type="button"
        disabled={!search.text}
        aria-label={texts.log.next}
        title={texts.log.next}
        onClick={() => search.go("next")}
      >
        ↓
      </button>
      <span class="quiet" role="status">
        {search.message}
      </span>
      {search.busy && (
        <button type="button" class="small" onClick={search.stop}>
          {texts.log.stop}
        </button>
      )}
    </form>
  );
}

function Lines(props: {
  model: LogModel;
  begin: number;
  scroller: { current: HTMLDivElement | null };
  wrap: boolean;
  found: string;
  following: boolean;
  onLeaveEnd: () => void;
  onReachEnd: () => void;
  ended: boolean;
  marked: number | undefined;
  onMark: (offset: number) => void;
}): JSX.Element {
  const { model, scroller } = props;
  const lines = model.lines.value;
  const records = useMemo(() => toRecords(lines), [lines]);
  // The line that the reader looks at stays where it is when lines come or go above it.
  const anchor = useRef<{ offset: string; top: number } | undefined>(undefined);
  const scrolledTo = useRef<number | undefined>(undefined);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    if (props.following) {
      box.scrollTop = box.scrollHeight;
      return;
    }
    if (props.marked === undefined && !anchor.current) {
      box.scrollTop = box.scrollHeight; // nothing has been looked at yet
    } else if (props.marked !== undefined && scrolledTo.current !== props.marked) {
      const line = box.querySelector(`[data-offset="${props.marked}"]`);
      if (line) {
        line.scrollIntoView({ block: "center" });
        scrolledTo.current = props.marked;
      }
    } else if (anchor.current) {
      const line = box.querySelector(`[data-offset="${anchor.current.offset}"]`);
      if (line) box.scrollTop += line.getBoundingClientRect().top - anchor.current.top;
    }
  }, [lines, props.following, props.marked]);

  const onScroll = () => {
    const box = scroller.current!;
    rememberAnchor(box);
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    const atBottom = below < 4;
    if (props.following && !atBottom) props.onLeaveEnd();
    else if (!props.following && atBottom && model.atEnd && !props.ended) props.onReachEnd();
    if (box.scrollTop < NEAR) void model.older();
    else if (below < NEAR && !model.atEnd) void model.newer();
  };
  const rememberAnchor = (box: HTMLElement) => {
    const top = box.getBoundingClientRect().top;
    for (const line of box.querySelectorAll<HTMLElement>("[data-offset]")) {
      const at = line.getBoundingClientRect();
      if (at.bottom > top) {
        anchor.current = { offset: line.dataset["offset"]!, top: at.top };
        return;
      }
    }
  };

  return (
    <div
      ref={scroller}
      class={`log-lines${props.wrap ? " wrap" : ""}`}
      tabIndex={0}
      role={props.following ? "log" : "region"}
      aria-label={texts.log.lines}
      onScroll={onScroll}
    >
      {model.error.value && <ErrorBox error={model.error.value} retry={() => model.openEnd()} />}
      {model.looking.value !== undefined && (
        <p class="quiet log-note" role="status">
          {texts.log.looking(bytes(model.looking.value))}
        </p>
      )}
      {lines.length === 0 && !model.busy.value && !model.error.value && (
        <p class="quiet log-note">{texts.log.empty}</p>
      )}
      {records.map((record) => (
        <Record
          key={record.head.offset}
          record={record}
          begin={props.begin}
          found={props.found}
          marked={props.marked}
          onMark={props.onMark}
        />
      ))}
    </div>
  );
}

function Record(props: {
  record: LogRecord;
  begin: number;
  found: string;
  marked: number | undefined;
  onMark: (offset: number) => void;
}): JSX.Element {
  const { head, rest } = props.record;
  const [open, setOpen] = useState(false);
  const holdsMark = rest.some((line) => line.offset === props.marked);
  const shown =
    open || holdsMark || rest.length <= FOLDED_REST + 1 ? rest : rest.slice(0, FOLDED_REST);
  return (
    <>
      {[head, ...shown].map((line) => (
        <div
          key={line.offset}
          data-offset={line.offset}
          class={`log-line level-${line.level ?? "INFO"}${line.offset === props.marked ? " marked" : ""}`}
        >
          <a
            class="log-anchor"
            href={`#L${line.offset}`}
            aria-label={texts.log.link}
            title={texts.log.link}
            onClick={(event) => {
              event.preventDefault();
              props.onMark(line.offset);
            }}
          >
            #
          </a>
          {line.time !== undefined && (
            <>
              <time class="log-time" dateTime={new Date(line.time).toISOString()}>
                {lineTime(line.time, lineTimeStyle.value, props.begin)}
              </time>
              <span class="log-level">{line.level}</span>
            </>
          )}
          <Message text={messageOf(line)} found={props.found} />
          {line.cut && <span class="log-cut">{texts.log.cut(bytes(line.bytes))}</span>}
        </div>
      ))}
      {shown.length < rest.length && (
        <button type="button" class="small log-unfold" onClick={() => setOpen(true)}>
          {texts.log.unfold(count(rest.length - shown.length))}
        </button>
      )}
    </>
  );
}

function Message(props: { text: string; found: string }): JSX.Element {
  const pieces = useMemo(
    () => markFound(parseAnsi(props.text), props.found),
    [props.text, props.found],
  );
  return (
    <bdi class="log-message">
      {pieces.map((piece, i) =>
        piece.found ? (
          <mark key={i}>{piece.text}</mark>
        ) : (
          <span key={i} class={piece.control ? "log-control" : piece.classes}>
            {piece.text}
          </span>
        ),
      )}
    </bdi>
  );
}

// Where the window is in the whole log, and a way to any other place.
function Position(props: {
  model: LogModel;
  marked: number | undefined;
  onJump: (offset: number) => void;
}): JSX.Element {
  const { model } = props;
  const size = model.fileBytes.value;
  return (
    <div class="log-position">
      <input
        type="range"
        min={0}
        max={size}
        value={model.end.value}
        aria-label={texts.log.position}
        onChange={(event) => props.onJump(Number(event.currentTarget.value))}
      />
      <span class="quiet number">
        {texts.log.at(bytes(model.begin.value), bytes(model.end.value), bytes(size))}
      </span>
      {props.marked !== undefined && (
        <CopyButton
          label={texts.log.copyLink}
          text={`${location.origin}${location.pathname}${location.search}#L${props.marked}`}
        />
      )}
    </div>
  );
}
