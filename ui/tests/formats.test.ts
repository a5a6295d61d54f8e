import { describe, expect, it } from "vitest";

import {
  ago,
  axisTimes,
  bytes,
  duration,
  lineTime,
  localTime,
  moment,
  oneLine,
  shortId,
  utcTime,
} from "../src/state/formats";

describe("duration", () => {
  it("has two parts at most", () => {
    expect(duration(0)).toBe("0 ms");
    expect(duration(999)).toBe("999 ms");
    expect(duration(59_999)).toBe("59.9 s");
    expect(duration(61_000)).toBe("1 min 1 s");
    expect(duration(3_600_000)).toBe("1 h 0 min");
    expect(duration(90_000_000)).toBe("1 d 1 h");
  });

  it("takes clocks that disagree for no time", () => expect(duration(-5)).toBe("0 ms"));
});

describe("lineTime", () => {
  const begin = Date.UTC(2026, 10, 29, 8, 0, 0);

  it("counts from the begin of the job", () => {
    expect(lineTime(begin, "relative", begin)).toBe("+0:00.000");
    expect(lineTime(begin + 61_005, "relative", begin)).toBe("+1:01.005");
    expect(lineTime(begin + 3_723_456, "relative", begin)).toBe("+1:02:03.456");
    expect(lineTime(begin - 20, "relative", begin)).toBe("-0:00.020");
  });

  it("tells moments to the millisecond", () => {
    expect(lineTime(begin + 7, "utc", begin)).toBe("2026-11-29 08:00:00.007Z");
    expect(lineTime(begin + 7, "local", begin)).toMatch(/^2026-11-\d\d \d\d:00:00\.007$/);
  });
});

describe("moments", () => {
  const evening = Date.UTC(2026, 10, 29, 22, 0);
  const hour = 3_600_000;

  it("follow the reader's choice", () => {
    expect(moment(evening, "utc")).toBe("2026-11-29 22:00:00 UTC");
    for (const style of ["local", "relative"] as const)
      expect(moment(evening, style)).toBe(localTime(evening));
  });

  it("stand at an axis with the day where one begins", () => {
    const marks = [evening, evening + hour, evening + 2 * hour, evening + 3 * hour];
    expect(axisTimes(marks, hour, "utc")).toEqual([
      "22:00\n11-29",
      "23:00",
      "00:00\n11-30",
      "01:00",
    ]);
    expect(axisTimes(marks.slice(2), 24 * hour, "utc")).toEqual(["11-30", "11-30"]);
    expect(axisTimes(marks.slice(0, 1), hour, "local")[0]).toBe(
      `${localTime(evening).slice(11, 16)}\n${localTime(evening).slice(5, 10)}`,
    );
  });
});

describe("other formats", () => {
  it("tell ages, sizes and moments", () => {
    expect(ago(4000)).toBe("just now");
    expect(ago(7_200_000)).toBe("2 h ago");
    expect(bytes(1023)).toBe("1023 B");
    expect(bytes(1536)).toBe("1.5 KiB");
    expect(bytes(1 << 30)).toBe("1.0 GiB");
    expect(utcTime(0)).toBe("1970-01-01 00:00:00 UTC");
  });

  it("show the part of an id that differs", () => {
    expect(shortId("019a0000-0000-7000-8000-0123456789ab")).toBe("0123456789ab");
    expect(shortId("worker-1")).toBe("worker-1");
  });
});

describe("oneLine", () => {
  it("shows control characters and takes away what turns the direction of writing", () => {
    expect(oneLine("a\u0000b\u001b[31m")).toBe("a\\x00b\\x1b[31m");
    expect(oneLine("one\ntwo\tthree")).toBe("one two three");
    expect(oneLine("\u202egnp.exe")).toBe("gnp.exe");
  });

  it("cuts what is long", () => expect(oneLine("x".repeat(300), 10)).toBe("x".repeat(10) + "…"));
});
