import { signal } from "@preact/signals";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { JobDetails, JobEvent } from "../src/api/types";
import { useLiveJob, type JobStream } from "../src/state/live_job";

const JOB = { jobId: "a", status: "started", createTime: 1 } as JobDetails;

class Stream implements JobStream {
  opened = signal(0);
  tell: (events: JobEvent[]) => void = () => {};
  listen = (listener: (events: JobEvent[]) => void) => {
    this.tell = listener;
    return () => {};
  };
}

// Shows the job's state; each request is answered when the test says so.
function show(stream: Stream): { state: () => string; answer: (job: JobDetails) => Promise<void> } {
  const waiting: ((answer: Response) => void)[] = [];
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => waiting.push(resolve)));
  const host = document.createElement("div");
  function Shown() {
    return h("p", null, useLiveJob("a", stream).job?.status);
  }
  act(() => render(h(Shown, null), host));
  return {
    state: () => host.textContent ?? "",
    answer: (job) =>
      act(async () => {
        waiting.pop()!(new Response(JSON.stringify(job)));
        await new Promise((done) => setTimeout(done));
      }),
  };
}

afterEach(() => vi.unstubAllGlobals());

describe("useLiveJob", () => {
  it("shows the job and what its events make of it", async () => {
    const stream = new Stream();
    const { state, answer } = show(stream);
    await answer(JOB);
    expect(state()).toBe("started");
    act(() => stream.tell([{ event: "cancelling", id: "a" }]));
    expect(state()).toBe("cancelling");
    act(() => stream.tell([{ event: "logs", id: "a" }]));
    expect(state()).toBe("cancelling");
  });

  it("keeps an event that comes before an answer which is older", async () => {
    const stream = new Stream();
    const { state, answer } = show(stream);
    await answer(JOB);
    act(() => void (stream.opened.value = 1)); // asks again
    act(() => stream.tell([{ event: "finished", id: "a", time: 9, result: 1 }]));
    expect(state()).toBe("finished");
    await answer(JOB);
    expect(state()).toBe("finished");
  });

  it("believes an answer to a question that came after the event", async () => {
    const stream = new Stream();
    const { state, answer } = show(stream);
    await answer(JOB);
    act(() => stream.tell([{ event: "queued", id: "a" }]));
    act(() => void (stream.opened.value = 1));
    await answer({ ...JOB, status: "failed" });
    expect(state()).toBe("failed");
  });
});
