import { describe, expect, it } from "vitest";

import type { JobDetails } from "../src/api/types";
import {
  complete,
  isSearch,
  matches,
  parseMoment,
  parseQuery,
  tokenize,
  toParameters,
} from "../src/pages/jobs/query";

const NOW = new Date(2026, 10, 29, 12, 0).getTime();

function job(fields: Partial<JobDetails> = {}): JobDetails {
  return {
    jobId: "019a0000-0000-7000-8000-000000000001",
    function: "hello-mist",
    context: "fast",
    source: "Async Kafka",
    status: "queued",
    params: { filePath: "a.jar", className: "A", arguments: { city: "Berlin" }, action: "execute" },
    createTime: NOW - 1000,
    ...fields,
  };
}

function fits(text: string, fields: Partial<JobDetails> = {}): boolean {
  const { query, problems } = parseQuery(text, NOW);
  expect(problems).toEqual([]);
  return matches(query, job(fields));
}

describe("tokenize", () => {
  it("splits at blanks, but not within quotes", () => {
    expect(
      tokenize('a function:"my \\"f" "two words"').map(({ key, value }) => [key, value]),
    ).toEqual([
      [undefined, "a"],
      ["function", 'my "f'],
      [undefined, "two words"],
    ]);
  });

  it("takes an open quote to the end", () => expect(tokenize('worker:"a b')[0]!.value).toBe("a b"));
});

describe("parseMoment", () => {
  it("reads ages, days, times and milliseconds", () => {
    expect(parseMoment("1h", NOW)).toBe(NOW - 3_600_000);
    expect(parseMoment("15m", NOW)).toBe(NOW - 900_000);
    expect(parseMoment("2d", NOW)).toBe(NOW - 172_800_000);
    expect(parseMoment("10:30", NOW)).toBe(new Date(2026, 10, 29, 10, 30).getTime());
    expect(parseMoment("2026-11-28", NOW)).toBe(new Date(2026, 10, 28).getTime());
    expect(parseMoment("2026-11-28T10:00:00Z", NOW)).toBe(Date.UTC(2026, 10, 28, 10));
    expect(parseMoment("1795927479939", NOW)).toBe(1795927479939);
  });

  it("refuses what is none", () => {
    for (const text of ["yesterday", "", "h", "12", "2026-13-77"])
      expect(parseMoment(text, NOW)).toBeUndefined();
  });
});

describe("parseQuery", () => {
  it("makes parameters for the master", () => {
    const { query } = parseQuery(
      "state:failed function:hello* context:a context:b source:HTTP since:1h out of memory",
      NOW,
    );
    expect(toParameters(query)).toEqual({
      status: ["failed"],
      function: ["hello*"],
      context: ["a", "b"],
      worker: [],
      source: ["http"],
      since: String(NOW - 3_600_000),
      until: undefined,
      text: "out of memory",
    });
    expect(isSearch(query)).toBe(true);
    expect(isSearch(parseQuery("state:failed").query)).toBe(false);
  });

  it("knows what people call states", () => {
    expect(parseQuery("state:running").query.states).toContain("started");
    expect(parseQuery("state:ended").query.states).toEqual(["finished", "failed", "cancelled"]);
    expect(parseQuery("state:FAILED").query.states).toEqual(["failed"]);
  });

  it("knows no word that every object knows", () => {
    expect(parseQuery("state:constructor state:__proto__").problems).toHaveLength(2);
    expect(complete("constructor:", 12, {}).options).toEqual([]);
  });

  it("says what is wrong", () => {
    const { problems } = parseQuery("state:lost since:yesterday colour:red source:fax context:");
    expect(problems).toHaveLength(5);
    expect(problems[0]).toContain('no state "lost"');
    expect(problems[1]).toContain('"yesterday"');
    expect(problems[2]).toContain('"colour:"');
  });
});

describe("matches", () => {
  it("says of a job what the master's search would", () => {
    expect(fits("")).toBe(true);
    expect(fits("state:queued")).toBe(true);
    expect(fits("state:failed")).toBe(false);
    expect(fits("function:hello*")).toBe(true);
    expect(fits("function:hello")).toBe(false);
    expect(fits("function:hell?-mist context:f*")).toBe(true);
    expect(fits("function:x function:hello-mist")).toBe(true);
    expect(fits("source:kafka")).toBe(true);
    expect(fits("source:http")).toBe(false);
    expect(fits("worker:*")).toBe(false);
    expect(fits("worker:w*", { workerId: "w1" })).toBe(true);
    expect(fits("since:1m until:0s")).toBe(true);
    expect(fits("since:0s")).toBe(false);
    expect(fits("BERLIN")).toBe(true);
    expect(fits("order", { externalId: "Order-1" })).toBe(true);
    expect(fits("heap", { status: "failed", jobResult: "OutOfMemory: Heap" })).toBe(true);
    expect(fits("heap", { status: "finished", jobResult: "heap" })).toBe(false);
  });

  it("takes signs of regular expressions for themselves", () => {
    expect(fits("function:a.c", { function: "abc" })).toBe(false);
    expect(fits("function:a(b", { function: "a(b" })).toBe(true);
  });
});

describe("complete", () => {
  it("offers keys, then what the key may be", () => {
    expect(complete("st", 2, {}).options.map((o) => o.text)).toEqual(["state:"]);
    expect(complete("state:fa", 8, {}).options.map((o) => o.text)).toEqual(["state:failed "]);
    const names = { function: ["hello mist", "other"] };
    expect(complete("x function:hel", 14, names)).toEqual({
      from: 2,
      to: 14,
      options: [{ text: 'function:"hello mist" ', label: "hello mist" }],
    });
  });
});
