// What the reader has chosen, kept by the browser.
import { computed, effect, signal, type Signal } from "@preact/signals";

function stored<T extends string>(name: string, values: readonly T[], usual: T): Signal<T> {
  const before = kept(name) as T | undefined;
  const choice = signal(before !== undefined && values.includes(before) ? before : usual);
  effect(() => keep(name, choice.value));
  return choice;
}

// Where storage is blocked a choice lasts as long as the page.
export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // As said.
  }
}

export function kept(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const systemTheme = signal<"light" | "dark">("light");
const followSystem = () => (systemTheme.value = systemIsDark.matches ? "dark" : "light");
followSystem();
systemIsDark.addEventListener("change", followSystem);

export const THEMES = ["system", "light", "dark"] as const;
export const theme = stored("mist.theme", THEMES, "system");
// The one that the page has now.
export const shownTheme = computed(() =>
  theme.value === "system" ? systemTheme.value : theme.value,
);
effect(() => {
  document.documentElement.dataset["theme"] = shownTheme.value;
});

export const TIME_STYLES = ["relative", "local", "utc"] as const;
export const timeStyle = stored("mist.time", TIME_STYLES, "relative");
export const lineTimeStyle = stored("mist.log.time", TIME_STYLES, "local");
