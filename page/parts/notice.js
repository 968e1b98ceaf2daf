import { ApiError } from "../base/api.js";
import { html } from "../base/html.js";
import { t } from "../texts/texts.js";
import { Icon } from "./icons.js";

/**
 * What went wrong, and what to do about it. Nothing when nothing did.
 * @param {{ error: unknown, retry?: () => void }} properties
 */
export function ErrorNotice({ error, retry }) {
  if (error === null || error === undefined) return null;
  return html`<div class="notice bad" role="alert">
    <${Icon} name="bad" />
    <p>${errorText(error)}</p>
    ${retry && html`<button type="button" onClick=${retry}>${t.common.tryAgain}</button>`}
  </div>`;
}

/** @param {unknown} error */
export function errorText(error) {
  if (!(error instanceof ApiError)) return t.errors.ours(`${error}`);
  switch (error.status) {
    case 0:
      return t.errors.unreachable;
    case 403:
      return t.errors.mayOnlyLook(error.message);
    default:
      return error.message === "" ? t.errors.status(error.status) : sentence(error.message);
  }
}

/** @param {string} text */
function sentence(text) {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

const NOTICE_ICONS = { good: "good", warn: "bad", info: "explain" };

/** @param {{ kind?: "good" | "warn" | "info", children?: unknown }} properties */
export function Notice({ kind = "info", children }) {
  return html`
    <div class=${`notice ${kind}`} role="status">
      <${Icon} name=${NOTICE_ICONS[kind]} />
      <div>${children}</div>
    </div>
  `;
}

/** In the place of what has not come yet. @param {{ lines?: number }} properties */
export function Waiting({ lines = 3 }) {
  return html`<div class="waiting">
    <span class="unseen">${t.common.loading}</span>
    ${Array.from({ length: lines }, (_, i) => html`<i key=${i} aria-hidden="true"></i>`)}
  </div>`;
}

/** Where there is nothing to be shown. @param {{ children?: unknown }} properties */
export function Nothing({ children }) {
  return html`<p class="nothing">${children}</p>`;
}
