import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { EventFeed } from "../src/api/events";
import type { JobEvent } from "../src/api/types";

// The browser's side of a stream, in the hands of the test.
class FakeSource {
  static opened: FakeSource[] = [];
  static readonly CLOSED = 2;
  readyState = 0;
  onopen: () => void = () => {};
  onerror: () => void = () => {};
  onmessage: (message: { data: string; lastEventId: string }) => void = () => {};

  constructor(readonly url: string) {
    FakeSource.opened.push(this);
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }

  send(number: number, event: Partial<JobEvent>): void {
    this.onmessage({ data: JSON.stringify(event), lastEventId: String(number) });
  }
}

beforeEach(() => {
  FakeSource.opened = [];
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open(): { feed: EventFeed; source: FakeSource; heard: JobEvent[][]; end: () => void } {
  const heard: JobEvent[][] = [];
  const feed = new EventFeed("/events");
  const end = feed.listen((events) => heard.push(events));
  return { feed, source: FakeSource.opened[0]!, heard, end };
}

describe("EventFeed", () => {
  it("gives what came since the last frame at once", () => {
    const { source, heard } = open();
    source.send(1, { event: "queued", id: "a" });
    source.send(2, { event: "started", id: "a" });
    expect(heard).toEqual([]);
    vi.advanceTimersToNextFrame();
    expect(heard.map((events) => events.map((e) => e.event))).toEqual([["queued", "started"]]);
  });

  it("does not pile up events while a hidden page has no frames", () => {
    const { source, heard } = open();
    for (let i = 1; i <= 1000; ++i) source.send(i, { event: "queued", id: "a" });
    expect(heard.map((events) => events.length)).toEqual([1000]);
  });

  it("keeps quiet about the signs of life", () => {
    const { source, heard } = open();
    source.send(1, { event: "keep-alive" });
    vi.advanceTimersToNextFrame();
    expect(heard).toEqual([]);
  });

  it("comes again with the last number when the browser has given up", () => {
    const { feed, source } = open();
    source.onopen();
    expect(feed.connection.value).toBe("open");
    source.send(7, { event: "queued", id: "a" });
    source.readyState = FakeSource.CLOSED;
    source.onerror();
    expect(feed.connection.value).toBe("lost");
    vi.advanceTimersByTime(3000);
    expect(FakeSource.opened[1]!.url).toBe("/v2/api/events?lastEventId=7");
  });

  it("leaves it to the browser to come again from a cut connection", () => {
    const { source } = open();
    source.onerror();
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.opened.length).toBe(1);
  });

  it("closes when nobody listens, and does not come again", () => {
    const { source, end } = open();
    end();
    expect(source.readyState).toBe(FakeSource.CLOSED);
    source.onerror();
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.opened.length).toBe(1);
  });
});
