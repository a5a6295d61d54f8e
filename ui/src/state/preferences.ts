// What the reader has chosen, kept by the browser.
import { effect, signal, type Signal } from "@preact/signals";

function stored<T extends string>(name: string, values: readonly T[], usual: T): Signal<T> {
  let value = usual;
  try {
    const kept = localStorage.getItem(name) as T | null;
    if (kept !== null && values.includes(kept)) value = kept;
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
  const choice = signal(value);
  effect(() => keep(name, choice.value));
  return choice;
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // As above.
  }
}

export function kept(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

export const THEMES = ["system", "light", "dark"] as const;
export const theme = stored("mist.theme", THEMES, "system");
effect(() => {
  if (theme.value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
});

export const TIME_STYLES = ["relative", "local", "utc"] as const;
export const timeStyle = stored("mist.time", TIME_STYLES, "relative");
