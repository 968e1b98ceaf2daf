import { useEffect } from "preact/hooks";

/** @type {Set<(key: string) => boolean | void>} */
const followers = new Set();
let pressed = "";
let pressedAtMs = 0;

/** Between the two keys of a pair such as `g q`. */
const PAIR_MS = 1500;

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  const target = /** @type {Element | null} */ (event.target);
  // Who writes means letters; in a dialog nothing else is to be had.
  if ((target?.closest("input:not([type=checkbox]), textarea, select, dialog") ?? null) !== null) return;
  const isPair = pressed === "g" && event.timeStamp - pressedAtMs < PAIR_MS;
  const key = isPair ? `g ${event.key}` : event.key;
  [pressed, pressedAtMs] = [event.key, event.timeStamp];
  for (const follow of [...followers].reverse()) {
    if (follow(key) !== true) continue;
    event.preventDefault();
    return;
  }
});

/** Follows keys. @param {(key: string) => boolean | void} follow Returns whether the key was meant for it. */
export function useKeys(follow) {
  useEffect(() => {
    followers.add(follow);
    return () => void followers.delete(follow);
  });
}
