// Before the first paint: the theme that the reader has chosen, else the system's (state/preferences.ts).
let theme = null;
try {
  theme = localStorage.getItem("mist.theme");
} catch {
  // Storage is blocked.
}
if (theme !== "light" && theme !== "dark")
  theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
document.documentElement.dataset.theme = theme;
