// Before the first paint, so that nobody who wants it dark is dazzled. No module: those wait for the document.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
} catch {
  // Storage may be forbidden: then the page goes by what the system prefers.
}
