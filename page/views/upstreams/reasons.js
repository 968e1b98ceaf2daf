import { share, whole } from "../../base/format.js";
import { html } from "../../base/html.js";
import { t } from "../../texts/texts.js";

/** @import { UpstreamAnswer } from "../../../lib/web/api/answers.ts" */

/** How often it failed, and why. @param {{ upstream: UpstreamAnswer }} properties */
export function Reasons({ upstream }) {
  const { failures, queries, failuresByReason, repliesByRcode } = upstream;
  if (failures === 0) return html`<span class="note">${t.upstreams.neverFailed}</span>`;
  const texts = /** @type {Readonly<Record<string, string>>} */ (t.upstreams.reasons);
  const reasons = Object.entries(failuresByReason).filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  const rcodes = Object.entries(repliesByRcode).map(([rcode, count]) => `${rcode} ${whole(count)}`).join(", ");
  return html`<span class="reasons" title=${rcodes}>
    <b class=${failures > queries * 0.05 ? "bad" : ""}>${share(failures, queries)}</b>
    ${
    reasons.map(([reason, count]) =>
      html`<span key=${reason} class="note">${texts[reason] ?? reason} ${whole(count)}</span>`
    )
  }
  </span>`;
}
