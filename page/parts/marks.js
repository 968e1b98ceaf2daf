import { html } from "../base/html.js";
import { t } from "../texts/texts.js";

/** Sources in the order in which they are piled up: what is good is at the bottom. */
export const SOURCES = ["cache", "local", "blocked", "policy", "upstream", "stale", "refused", "failure"];

/** @param {string} source */
export function sourceText(source) {
  return /** @type {Readonly<Record<string, string>>} */ (t.sources)[source] ?? source;
}

/** A spot in the colour of a source, and what it is called. @param {{ source: string, children?: unknown }} properties */
export function Source({ source, children }) {
  return html`<span class="source"><i class=${`spot ${source}`} aria-hidden="true"></i>${
    children ?? sourceText(source)
  }</span>`;
}

/** @param {{ rcode: string, isBlocked?: boolean }} properties */
export function Rcode({ rcode, isBlocked = false }) {
  const kind = isBlocked ? "blocked" : rcode === "NOERROR" ? "usual" : rcode === "NXDOMAIN" ? "calm" : "bad";
  return html`<span class=${`tag ${kind}`}>${isBlocked ? t.queries.blocked : rcode}</span>`;
}

/** Whether it is up for all processes, which may differ: `up (1), down (1)`. @param {string} state */
export function isUp(state) {
  return state.split(/,\s*/).every((one) => /^up\b/.test(one));
}

/** @param {string} state */
export function stateKind(state) {
  if (isUp(state)) return "good";
  return /\b(?:up|disabled|probing)\b/.test(state) ? "warn" : "bad";
}

/** @param {string} state */
export function stateText(state) {
  const texts = /** @type {Readonly<Record<string, string>>} */ (t.states);
  return state.replaceAll(/[a-z]+/g, (name) => texts[name] ?? name);
}

/** @param {{ state: string }} properties */
export function State({ state }) {
  return html`<span class=${`tag ${stateKind(state)}`}><i class="dot" aria-hidden="true"></i>${
    stateText(state)
  }</span>`;
}

/** @param {{ health: string }} properties */
export function HealthDot({ health }) {
  const kind = health === "well" ? "good" : health === "impaired" ? "warn" : health === "failing" ? "bad" : "none";
  return html`<i class=${`dot big ${kind}`} aria-hidden="true"></i>`;
}
