// The stream of all jobs' events, shared by all pages: one connection, which comes again by itself and misses nothing
// (the master numbers the events, the browser sends the last number).
import { signal } from "@preact/signals";

import { url } from "./client";
import { parseJson } from "./json";
import type { JobEvent } from "./types";

export type Connection = "connecting" | "open" | "lost";
type Listener = (events: JobEvent[]) => void;

const RETRY_MS = 3000; // after an answer that a browser does not come again from

export class EventFeed {
  readonly connection = signal<Connection>("connecting");
  // Rises with each connection. What happened before the first one was not told: whoever read something earlier reads it
  // again.
  readonly opened = signal(0);
  private source: EventSource | undefined;
  private lastId = "";
  private readonly listeners = new Set<Listener>();
  private waiting: JobEvent[] = [];
  private frame = 0;

  constructor(
    private readonly target: string,
    private readonly query: Record<string, string> = {},
  ) {}

  // Called with everything that came since the last animation frame. Returns what ends it; without listeners the
  // connection is closed.
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    if (!this.source) this.open();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.source?.close();
    this.source = undefined;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.waiting = [];
  }

  private open(): void {
    const source = new EventSource(
      url(this.target, { ...this.query, ...(this.lastId && { lastEventId: this.lastId }) }),
    );
    this.source = source;
    source.onopen = () => {
      this.connection.value = "open";
      ++this.opened.value;
    };
    source.onmessage = (message: MessageEvent<string>) => {
      if (message.lastEventId) this.lastId = message.lastEventId;
      const event = parseJson(message.data) as unknown as JobEvent;
      if (event.event !== "keep-alive") this.offer(event);
    };
    source.onerror = () => {
      this.connection.value = "lost";
      if (source.readyState !== EventSource.CLOSED || this.source !== source) return;
      setTimeout(() => this.source === source && this.open(), RETRY_MS);
    };
  }

  // A background tab has no frames: the events wait for it, and only so many of them (see `takeAll`).
  private offer(event: JobEvent): void {
    this.waiting.push(event);
    if (this.waiting.length >= MOST_WAITING) this.takeAll();
    else if (!this.frame) this.frame = requestAnimationFrame(() => this.takeAll());
  }

  private takeAll(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const events = this.waiting;
    this.waiting = [];
    for (const listener of [...this.listeners]) listener(events);
  }
}

const MOST_WAITING = 1000;

export const allJobs = new EventFeed("/events");
