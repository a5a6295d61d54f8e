// The part of a log that is loaded: a window of lines that moves with the reader.
//
// Places are byte offsets. What comes next is always asked for from the byte where the window ends, so a connection that
// was cut, or events that came twice, can neither lose nor repeat a line.
import { batch, signal } from "@preact/signals";

import { ApiError } from "../../api/client";
import type { LogLine, LogPage } from "../../api/types";

export const MOST_LINES = 3000; // in the window
export const PAGE_LINES = 500;

export interface LinesQuery {
  from?: number;
  before?: number;
  tail?: boolean;
  limit: number;
}
export type ReadLines = (query: LinesQuery, signal: AbortSignal) => Promise<LogPage>;

export class LogModel {
  readonly lines = signal<readonly LogLine[]>([]);
  readonly begin = signal(0); // the window's place in the log
  readonly end = signal(0);
  readonly fileBytes = signal(0);
  readonly busy = signal(false);
  readonly error = signal<ApiError | undefined>(undefined);
  // How far a search for lines that pass the filter has come without finding any; undefined when none is under way.
  readonly looking = signal<number | undefined>(undefined);
  private abort = new AbortController();
  private known = 0; // the log reaches at least here

  constructor(private readonly read: ReadLines) {}

  following = false;

  get atEnd(): boolean {
    return this.end.value >= this.known;
  }

  close(): void {
    this.abort.abort();
  }

  // The last lines.
  openEnd(): Promise<void> {
    return this.restart(async (signal) => this.replace(await this.readBefore(undefined, signal)));
  }

  // Lines around an offset: some before it, more after it.
  openAt(offset: number): Promise<void> {
    return this.restart(async (signal) => {
      const after = await this.readAfter(offset, PAGE_LINES, signal);
      const before = await this.read({ before: after.begin, limit: PAGE_LINES / 5 }, signal);
      this.replace({ ...after, begin: before.begin, lines: [...before.lines, ...after.lines] });
    });
  }

  // Lines before the window. Returns whether there were any.
  async older(): Promise<boolean> {
    if (this.begin.value === 0) return false;
    return this.work(async (signal) => {
      const page = await this.readBefore(this.begin.value, signal);
      const lines = [...page.lines, ...this.lines.value];
      batch(() => {
        this.grow(page.fileBytes);
        this.begin.value = page.begin;
        this.lines.value = lines.slice(0, MOST_LINES);
        if (lines.length > MOST_LINES) this.end.value = endOf(this.lines.value.at(-1)!);
      });
    });
  }

  // Lines after the window.
  async newer(): Promise<boolean> {
    return this.work(async (signal) => {
      const page = await this.readAfter(this.end.value, PAGE_LINES, signal);
      const lines = [...this.lines.value, ...page.lines];
      batch(() => {
        this.grow(page.fileBytes);
        this.end.value = page.end;
        this.lines.value = lines.slice(-MOST_LINES);
        if (lines.length > MOST_LINES) this.begin.value = this.lines.value[0]!.offset;
      });
    });
  }

  // The log has grown at least to here.
  grown(fileBytes: number): void {
    this.grow(fileBytes);
    void this.catchUp();
  }

  // While the reader follows, the window goes on with the log.
  async catchUp(): Promise<void> {
    while (this.following && !this.busy.value && this.end.value < this.known) {
      const end = this.end.value;
      const failed = !(await this.newer());
      if (failed || this.end.value === end) return; // what is there of the next line is no line yet
    }
  }

  private grow(fileBytes: number): void {
    this.known = Math.max(this.known, fileBytes);
    this.fileBytes.value = this.known;
  }

  private replace(page: LogPage): void {
    batch(() => {
      this.grow(page.fileBytes);
      this.lines.value = page.lines;
      this.begin.value = page.begin;
      this.end.value = page.end;
    });
  }

  // A filter may have the master look at the log piece by piece.
  private async readBefore(before: number | undefined, signal: AbortSignal): Promise<LogPage> {
    let page = await this.read(
      { ...(before === undefined ? { tail: true } : { before }), limit: PAGE_LINES },
      signal,
    );
    const { end } = page;
    let { lines } = page;
    while (!page.complete && lines.length < PAGE_LINES / 5) {
      this.looking.value = page.begin;
      page = await this.read({ before: page.begin, limit: PAGE_LINES }, signal);
      lines = [...page.lines, ...lines];
    }
    return { ...page, lines, end };
  }

  private async readAfter(from: number, limit: number, signal: AbortSignal): Promise<LogPage> {
    let page = await this.read({ from, limit }, signal);
    const { begin } = page;
    let { lines } = page;
    while (!page.complete && lines.length < limit / 5) {
      this.looking.value = page.end;
      page = await this.read({ from: page.end, limit }, signal);
      lines = [...lines, ...page.lines];
    }
    return { ...page, lines, begin };
  }

  private async restart(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    this.busy.value = false;
    await this.work(task);
    await this.catchUp(); // with what came meanwhile
  }

  private async work(task: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    if (this.busy.value) return false;
    const { signal } = this.abort;
    this.busy.value = true;
    try {
      await task(signal);
      this.error.value = undefined;
      return true;
    } catch (error) {
      if (!signal.aborted)
        this.error.value = error instanceof ApiError ? error : new ApiError(0, String(error));
      return false;
    } finally {
      if (!signal.aborted) {
        this.busy.value = false;
        this.looking.value = undefined;
      }
    }
  }
}

export function endOf(line: LogLine): number {
  return line.offset + line.bytes;
}

// A message with the lines that belong to it: stack traces, mostly.
export interface LogRecord {
  head: LogLine;
  rest: LogLine[];
}

export function toRecords(lines: readonly LogLine[]): LogRecord[] {
  const records: LogRecord[] = [];
  for (const line of lines) {
    const last = records.at(-1);
    if (line.time === undefined && last) last.rest.push(line);
    else records.push({ head: line, rest: [] });
  }
  return records;
}

// What stands behind "LEVEL DATE [JOB] ".
export function messageOf(line: LogLine): string {
  if (line.time === undefined) return line.text;
  return line.text.replace(/^[A-Z]+ \S+ \[[^\]]*\] /, "");
}
