import { Store } from "./store.js";

/** `light`, `dark`, or `system` for what the system prefers. */
export const theme = new Store(document.documentElement.dataset["theme"] ?? "system");

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Goes up with every change of what colours mean: those who draw by themselves must do so again. */
export const colours = new Store(0);
prefersDark.addEventListener("change", () => colours.set(colours.value + 1));

/** From what is to be seen now to the other one. */
export function switchTheme() {
  const isDark = theme.value === "dark" || (theme.value === "system" && prefersDark.matches);
  setTheme(isDark ? "light" : "dark");
}

/** @param {string} name */
export function setTheme(name) {
  if (name === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = name;
  try {
    if (name === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", name);
  } catch {
    // Then it holds until the page is closed.
  }
  theme.set(name);
  colours.set(colours.value + 1);
}

/** What a custom property of the style sheet comes to, as a canvas takes it. @param {string} name Such as `--cache`. */
export function colourOf(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
