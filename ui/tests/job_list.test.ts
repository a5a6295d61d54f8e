import { describe, expect, it } from "vitest";

import type { JobDetails, JobEvent } from "../src/api/types";
import { cancelAll } from "../src/pages/jobs/bulk_cancel";
import {
  applyEvents,
  asRead,
  MOST_ROWS,
  MOST_WATCHED,
  type LiveJobs,
} from "../src/pages/jobs/job_list";
import { applyEvent, firstLineOfError } from "../src/state/job_events";
import { parseQuery } from "../src/pages/jobs/query";

const PARAMS = { filePath: "a.jar", className: "A", arguments: {}, action: "execute" };
const ID = "019a0000-0000-7000-8000-00000000000";

function job(id: string, fields: Partial<JobDetails> = {}): JobDetails {
  return {
    jobId: id,
    function: "f",
    context: "c",
    source: "Http",
    status: "queued",
    params: PARAMS,
    createTime: 1,
    ...fields,
  };
}

function created(id: string, name = "f"): JobEvent {
  return { event: "initialized", id, function: name, context: "c", params: PARAMS };
}

const all = parseQuery("").query;

describe("applyEvent", () => {
  it("follows a job to its end", () => {
    let now = job("a");
    const tell = (event: Partial<JobEvent>) =>
      (now = applyEvent(now, { id: "a", ...event } as JobEvent));
    tell({ event: "worker-assigned", workerId: "w1" });
    expect(now.workerId).toBe("w1");
    tell({ event: "started", time: 5 });
    expect([now.status, now.startTime]).toEqual(["started", 5]);
    tell({ event: "finished", time: 9, result: { x: 1 } });
    expect([now.status, now.endTime, now.jobResult]).toEqual(["finished", 9, { x: 1 }]);
  });

  it("leaves an end as it is when events come again", () => {
    const ended = job("a", { status: "finished" });
    expect(applyEvent(ended, { event: "started", id: "a", time: 5 })).toBe(ended);
  });

  it("takes the worker from a job that waits for its next attempt", () => {
    const before = job("a", { status: "started", workerId: "w1", startTime: 5 });
    const now = applyEvent(before, { event: "queued", id: "a" });
    expect([now.status, now.workerId, now.startTime]).toEqual(["queued", undefined, undefined]);
  });
});

describe("applyEvents", () => {
  const ids = (live: LiveJobs) => live.jobs.map((one) => one.jobId);
  const failed = (id: string): JobEvent => ({ event: "failed", id, time: 9, error: "boom" });

  it("puts new jobs that fit on top, the newest first", () => {
    const live = applyEvents(asRead([job("old")]), [created(`${ID}1`), created(`${ID}2`)], all, 0);
    expect(ids(live)).toEqual([`${ID}2`, `${ID}1`, "old"]);
    expect(live.added).toBe(2);
    expect(live.jobs[0]!.createTime).toBe(0x019a00000000);
  });

  it("leaves out those that do not fit", () => {
    const { query } = parseQuery("function:g");
    const live = applyEvents(asRead([]), [created(`${ID}1`), created(`${ID}2`, "g")], query, 0);
    expect(ids(live)).toEqual([`${ID}2`]);
  });

  it("takes a new job up once it fits, where its time belongs", () => {
    const { query } = parseQuery("state:failed");
    const begun = applyEvents(asRead([]), [created(`${ID}1`)], query, 0);
    expect(ids(begun)).toEqual([]);
    const later = asRead([job("newer", { createTime: 0x019a00000001 }), job("old")]);
    const live = applyEvents({ ...later, watched: begun.watched }, [failed(`${ID}1`)], query, 0);
    expect(ids(live)).toEqual(["newer", `${ID}1`, "old"]);
    expect(live.jobs[1]!.jobResult).toBe("boom");
    expect(live.watched.size).toBe(0);
  });

  it("finds a word in the error of a job that it has seen begin", () => {
    const { query } = parseQuery("boom");
    const begun = applyEvents(asRead([]), [created(`${ID}1`), created(`${ID}2`)], query, 0);
    const live = applyEvents(begun, [failed(`${ID}2`)], query, 0);
    expect(ids(live)).toEqual([`${ID}2`]);
    expect(live.isUnsure).toBe(false);
  });

  it("forgets a new job that has ended without fitting", () => {
    const { query } = parseQuery("state:finished");
    expect(
      applyEvents(asRead([]), [created(`${ID}1`), failed(`${ID}1`)], query, 0).watched.size,
    ).toBe(0);
  });

  it.each([
    ["state:failed", "failed", true],
    ["state:finished", "failed", false],
    ["boom", "failed", true],
    ["worker:w*", "worker-assigned", true],
    ["function:f", "failed", false],
    ["", "failed", false],
  ])("of an older job it does not know: %s, %s", (text, event, isUnsure) => {
    const { query } = parseQuery(text);
    const told = { event, id: "unknown", workerId: "w1" } as JobEvent;
    expect(applyEvents(asRead([]), [told], query, 0).isUnsure).toBe(isUnsure);
  });

  it("cannot tell the source of a new job", () => {
    const { query } = parseQuery("source:kafka");
    expect(applyEvents(asRead([]), [created(`${ID}1`)], query, 0).isUnsure).toBe(true);
  });

  it("is the same list when nothing has changed", () => {
    const before = asRead([job("a")]);
    expect(applyEvents(before, [{ event: "started", id: "unknown" }], all, 0)).toBe(before);
  });

  it("keeps a bounded number of rows, and of jobs that may fit later", () => {
    const events = Array.from({ length: 3000 }, (_, i) => created(`${ID}${i}`));
    expect(applyEvents(asRead([]), events, all, 0).jobs).toHaveLength(MOST_ROWS);
    const { query } = parseQuery("state:failed");
    expect(applyEvents(asRead([]), events, query, 0).watched.size).toBe(MOST_WATCHED);
  });
});

describe("firstLineOfError", () => {
  it("is of failed jobs only", () => {
    expect(firstLineOfError(job("a", { status: "failed", jobResult: "\nboom\n at x" }))).toBe(
      "boom",
    );
    expect(firstLineOfError(job("a", { status: "finished", jobResult: "fine" }))).toBe("");
  });
});

describe("cancelAll", () => {
  it("runs few at once and collects what fails", async () => {
    let running = 0;
    let most = 0;
    const progress: number[] = [];
    const failures = await cancelAll(
      ["1", "2", "3", "4", "5", "6", "7"],
      async (id) => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        --running;
        if (id === "3") throw new Error("too late");
      },
      (done) => progress.push(done),
    );
    expect(most).toBe(4);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(failures).toEqual([{ id: "3", message: "too late" }]);
  });
});
