import { useState } from "preact/hooks";
import { post } from "../../base/api.js";
import { useAction } from "../../base/answer.js";
import { span } from "../../base/format.js";
import { html } from "../../base/html.js";
import { Choice } from "../../parts/card.js";
import { Dialog } from "../../parts/dialog.js";
import { ErrorNotice, Notice } from "../../parts/notice.js";
import { t } from "../../texts/texts.js";

/** @import { UpstreamAnswer, UpstreamsAnswer } from "../../../lib/web/api/answers.ts" */

const LENGTHS = [300, 1800, 3600, 86_400];

/**
 * Leaves an upstream out for a while.
 * @param {{ upstream: UpstreamAnswer, isLast: boolean, onClose: () => void, onDone: (answer: UpstreamsAnswer) => void }} properties
 */
export function DisableDialog({ upstream, isLast, onClose, onDone }) {
  const [seconds, setSeconds] = useState(1800);
  const { isBusy, error, run } = useAction(async () => {
    onDone(await post(`upstreams/${encodeURIComponent(upstream.name)}/disable`, { seconds }));
    onClose();
  });
  const options = LENGTHS.map((length) => ({ value: `${length}`, text: span(length) }));
  return html`<${Dialog} title=${t.upstreams.leaveOutTitle} onClose=${onClose}>
    <p><b class="mono">${upstream.name}</b></p>
    <p>${t.upstreams.leaveOutWhat}</p>
    ${isLast && html`<${Notice} kind="warn">${t.upstreams.isLast}<//>`}
    <${Choice} label=${t.common.howLong} options=${options} value=${`${seconds}`} onChange=${(
    /** @type {string} */ value,
  ) => setSeconds(Number(value))} />
    <${ErrorNotice} error=${error} />
    <footer>
      <button type="button" onClick=${onClose}>${t.common.cancel}</button>
      <button type="button" class="main" disabled=${isBusy} onClick=${run}>${t.upstreams.leaveOut}</button>
    </footer>
  <//>`;
}
