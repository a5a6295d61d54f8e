// Events that come while an answer is under way: it may have been made before they happened, and must not undo them.
import type { JobEvent } from "../api/types";

export class Overtaking {
  private waiting: JobEvent[] | undefined;

  // The request is made now. One before it counts no more.
  begin(): void {
    this.waiting = [];
  }

  note(events: readonly JobEvent[]): void {
    this.waiting?.push(...events);
  }

  // The answer is there: what has happened meanwhile, and is to be applied to it.
  end(): JobEvent[] {
    const events = this.waiting ?? [];
    this.waiting = undefined;
    return events;
  }
}
