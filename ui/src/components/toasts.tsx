// Short messages about what was just done, read aloud by screen readers.
import { signal } from "@preact/signals";
import type { JSX } from "preact";

const SHOWN_MS = 5000;

let number = 0;
const shown = signal<{ id: number; text: string; bad: boolean }[]>([]);

export function toast(text: string, bad = false): void {
  const id = ++number;
  shown.value = [...shown.value.slice(-3), { id, text, bad }];
  setTimeout(
    () => (shown.value = shown.value.filter((t) => t.id !== id)),
    bad ? 2 * SHOWN_MS : SHOWN_MS,
  );
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((t) => (
        <p key={t.id} class={t.bad ? "toast bad" : "toast"}>
          {t.text}
        </p>
      ))}
    </div>
  );
}
