import { describe, expect, it } from "vitest";

import type { JobDetails, JobEvent } from "../src/api/types";
import { cancelAll } from "../src/pages/jobs/bulk_cancel";
import { applyEvents, MOST_ROWS } from "../src/pages/jobs/job_list";
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
  it("puts new jobs that fit on top, the newest first", () => {
    const { jobs, added } = applyEvents(
      [job("old")],
      [created(`${ID}1`), created(`${ID}2`)],
      all,
      0,
    );
    expect(jobs.map((one) => one.jobId)).toEqual([`${ID}2`, `${ID}1`, "old"]);
    expect(added).toBe(2);
    expect(jobs[0]!.createTime).toBe(0x019a00000000);
  });

  it("leaves out those that do not fit", () => {
    const { query } = parseQuery("function:g");
    expect(
      applyEvents([], [created(`${ID}1`), created(`${ID}2`, "g")], query, 0).jobs.map(
        (one) => one.jobId,
      ),
    ).toEqual([`${ID}2`]);
  });

  it("judges a new job by what became of it in the same moment", () => {
    const { query } = parseQuery("state:failed");
    const events: JobEvent[] = [
      created(`${ID}1`),
      { event: "failed", id: `${ID}1`, time: 9, error: "boom" },
    ];
    expect(applyEvents([], events, query, 0).jobs).toHaveLength(1);
    expect(applyEvents([], events.slice(0, 1), query, 0).jobs).toHaveLength(0);
  });

  it("is the same list when nothing has changed", () => {
    const before = [job("a")];
    expect(applyEvents(before, [{ event: "started", id: "unknown" }], all, 0).jobs).toBe(before);
  });

  it("keeps a bounded number of rows", () => {
    const events = Array.from({ length: MOST_ROWS + 10 }, (_, i) => created(`${ID}${i}`));
    expect(applyEvents([], events, all, 0).jobs).toHaveLength(MOST_ROWS);
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
