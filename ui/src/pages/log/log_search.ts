// Looking for a text in a whole log: the master looks at a piece for each call.
import { get, path } from "../../api/client";
import type { LogCount, LogLine, LogPage } from "../../api/types";

export type Direction = "next" | "previous";

interface Place {
  text: string;
  level: string;
}

// The next line with the text after an offset, or the last one that ends at it or before. undefined: there is none.
export async function findLine(
  job: string,
  place: Place,
  direction: Direction,
  offset: number,
  signal: AbortSignal,
  onProgress: (at: number) => void,
): Promise<LogLine | undefined> {
  let at = offset;
  for (;;) {
    const where = direction === "next" ? { from: at } : { before: at };
    const page = await get<LogPage>(
      path`/jobs/${job}/logs/lines`,
      { ...place, ...where, limit: 1 },
      signal,
    );
    if (page.lines[0]) return page.lines[0];
    if (page.complete) return undefined;
    at = direction === "next" ? page.end : page.begin;
    onProgress(at);
  }
}

export async function countLines(
  job: string,
  place: Place,
  signal: AbortSignal,
  onProgress: (count: number, complete: boolean) => void,
): Promise<void> {
  let from = 0;
  let lines = 0;
  for (;;) {
    const found = await get<LogCount>(path`/jobs/${job}/logs/count`, { ...place, from }, signal);
    lines += found.count;
    from = found.to;
    onProgress(lines, found.complete);
    if (found.complete) return;
  }
}
