// Before the first paint: the theme that the reader has chosen. Else the system's counts.
try {
  const theme = localStorage.getItem("mist.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked.
}
