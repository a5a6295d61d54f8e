import { describe, expect, it } from "vitest";

import type { LogLine, LogPage } from "../src/api/types";
import { markFound, parseAnsi } from "../src/pages/log/ansi";
import {
  LogModel,
  messageOf,
  MOST_LINES,
  toRecords,
  type LinesQuery,
} from "../src/pages/log/log_model";

const LINE = 10; // bytes

// A log of numbered lines, as the master would show it.
class FakeLog {
  calls: LinesQuery[] = [];
  piece = Infinity; // lines that one call looks at

  constructor(
    public count: number,
    private readonly keep: (n: number) => boolean = () => true,
  ) {}

  read = async (query: LinesQuery): Promise<LogPage> => {
    this.calls.push(query);
    const size = this.count * LINE;
    if (query.from !== undefined) {
      const first = Math.ceil(query.from / LINE);
      const lines: LogLine[] = [];
      let n = first;
      while (n < this.count && lines.length < query.limit && n < first + this.piece) {
        if (this.keep(n)) lines.push(line(n));
        ++n;
      }
      const complete = n >= this.count || lines.length >= query.limit;
      return { lines, begin: first * LINE, end: n * LINE, fileBytes: size, complete };
    }
    const end = query.tail ? this.count : Math.floor(query.before! / LINE);
    const lines: LogLine[] = [];
    let n = end;
    while (n > 0 && lines.length < query.limit && n > end - this.piece) {
      --n;
      if (this.keep(n)) lines.unshift(line(n));
    }
    const complete = n === 0 || lines.length >= query.limit;
    return { lines, begin: n * LINE, end: end * LINE, fileBytes: size, complete };
  };
}

function line(n: number): LogLine {
  return { offset: n * LINE, bytes: LINE, level: "INFO", time: n, text: `INFO t [j] ${n}` };
}

function shown(model: LogModel): number[] {
  return model.lines.value.map((one) => one.offset / LINE);
}

function expectWithoutGaps(numbers: number[]): void {
  numbers.forEach((n, i) => expect(n).toBe(numbers[0]! + i));
}

describe("LogModel", () => {
  it("opens at the end with one call, however long the log is", async () => {
    const log = new FakeLog(10_000_000);
    const model = new LogModel(log.read);
    await model.openEnd();
    expect(shown(model).at(-1)).toBe(9_999_999);
    expect(log.calls).toHaveLength(1);
    expect(model.atEnd).toBe(true);
  });

  it("goes back and forth without gaps, and keeps a bounded number of lines", async () => {
    const model = new LogModel(new FakeLog(20_000).read);
    await model.openEnd();
    for (let i = 0; i < 20; ++i) await model.older();
    expect(shown(model)).toHaveLength(MOST_LINES);
    expectWithoutGaps(shown(model));
    expect(model.atEnd).toBe(false);
    for (let i = 0; i < 30; ++i) await model.newer();
    expectWithoutGaps(shown(model));
    expect(shown(model).at(-1)).toBe(19_999);
    expect(model.atEnd).toBe(true);
  });

  it("opens around a place", async () => {
    const model = new LogModel(new FakeLog(5000).read);
    await model.openAt(2500 * LINE);
    expect(shown(model)).toContain(2500);
    expect(shown(model)[0]).toBe(2400);
    expectWithoutGaps(shown(model));
    expect(await model.older()).toBe(true);
    await model.openAt(0);
    expect(await model.older()).toBe(false);
  });

  it("follows a log that grows, and neither loses nor repeats a line", async () => {
    const log = new FakeLog(10);
    const model = new LogModel(log.read);
    model.following = true;
    await model.openEnd();
    for (let n = 11; n <= 40; ++n) {
      log.count = n;
      model.grown(n * LINE);
      model.grown(n * LINE); // told twice
      if (n % 7 === 0) await Promise.resolve();
    }
    await vi_settled();
    expect(shown(model)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it("does not move while the reader looks at something else", async () => {
    const log = new FakeLog(10);
    const model = new LogModel(log.read);
    await model.openEnd();
    log.count = 20;
    model.grown(200);
    await vi_settled();
    expect(shown(model)).toHaveLength(10);
    expect(model.atEnd).toBe(false);
  });

  it("looks on for lines that pass a filter", async () => {
    const log = new FakeLog(100_000, (n) => n % 30_000 === 5);
    log.piece = 10_000;
    const model = new LogModel(log.read);
    await model.openEnd();
    expect(shown(model)).toEqual([5, 30_005, 60_005, 90_005]);
    expect(model.looking.value).toBeUndefined();
  });

  it("tells what went wrong, and goes on when it is asked again", async () => {
    const log = new FakeLog(10);
    let broken = true;
    const model = new LogModel((query) =>
      broken ? Promise.reject(new Error("down")) : log.read(query),
    );
    await model.openEnd();
    expect(model.error.value?.message).toContain("down");
    broken = false;
    await model.openEnd();
    expect(model.error.value).toBeUndefined();
    expect(shown(model)).toHaveLength(10);
  });

  it("leaves what a newer jump has made old", async () => {
    const log = new FakeLog(5000);
    const model = new LogModel(log.read);
    const first = model.openEnd();
    const second = model.openAt(0);
    await Promise.all([first, second]);
    expect(shown(model)[0]).toBe(0);
  });
});

async function vi_settled(): Promise<void> {
  for (let i = 0; i < 100; ++i) await Promise.resolve();
}

describe("records", () => {
  it("hold the lines that belong to a message", () => {
    const rest: LogLine = { offset: 15, bytes: 5, level: "INFO", text: " at x" };
    expect(
      toRecords([line(0), line(1), rest, line(2)]).map((record) => record.rest.length),
    ).toEqual([0, 1, 0]);
    expect(toRecords([rest, line(2)]).map((record) => record.head.offset)).toEqual([15, 20]);
  });

  it("know the message behind the head", () => {
    expect(messageOf(line(7))).toBe("7");
    expect(messageOf({ offset: 0, bytes: 1, text: "INFO t [j] x" })).toBe("INFO t [j] x");
  });
});

describe("parseAnsi", () => {
  it("makes classes of colours and leaves out other sequences", () => {
    expect(parseAnsi("a\u001b[1;31mred\u001b[0m b\u001b[2K\u001b]0;title\u0007c")).toEqual([
      { text: "a", classes: "" },
      { text: "red", classes: "ansi-red ansi-bold" },
      { text: " b", classes: "" },
      { text: "c", classes: "" },
    ]);
  });

  it("does not take the numbers of a palette for codes", () => {
    expect(parseAnsi("\u001b[38;5;31mx\u001b[38;2;31;32;33my")).toEqual([
      { text: "x", classes: "" },
      { text: "y", classes: "" },
    ]);
  });

  it("spells out control characters", () => {
    expect(parseAnsi("a\u0000\rb").map((piece) => piece.text)).toEqual(["a", "\\x00", "\\r", "b"]);
  });

  it("makes no class of what only looks like a colour", () => {
    expect(parseAnsi('\u001b[31;"onclick=1mx')).toEqual([{ text: "nclick=1mx", classes: "" }]);
  });
});

describe("markFound", () => {
  it("sets apart what is searched for", () => {
    const marked = markFound(parseAnsi("an Error, an error"), "error");
    expect(marked.filter((piece) => piece.found).map((piece) => piece.text)).toEqual([
      "Error",
      "error",
    ]);
    expect(marked.map((piece) => piece.text).join("")).toBe("an Error, an error");
  });

  it("marks nothing where a letter changes its length", () => {
    expect(markFound(parseAnsi("İx"), "x")).toHaveLength(1);
  });
});
