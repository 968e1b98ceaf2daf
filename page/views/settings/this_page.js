import { session } from "../../base/api.js";
import { full } from "../../base/format.js";
import { html } from "../../base/html.js";
import { useStore } from "../../base/store.js";
import { setTheme, theme } from "../../base/theme.js";
import { Card, Choice } from "../../parts/card.js";
import { t } from "../../texts/texts.js";

/** @import { StatusAnswer } from "../../../lib/web/api/answers.ts" */

/** What concerns the one who looks. @param {{ status: StatusAnswer | null }} properties */
export function ThisPage({ status }) {
  const who = useStore(session);
  const options = Object.entries(t.settings.themes).map(([value, text]) => ({ value, text }));
  const privacy = status?.privacy;
  return html`
    <${Card} id="page-title" title=${t.settings.parts.page}>
      <dl class="facts inline">
          <div><dt>${t.common.theme}</dt><dd><${Choice} label=${t.common.theme} options=${options} value=${useStore(
            theme,
          )} onChange=${setTheme} /></dd></div>
          <div><dt>${t.settings.token}</dt><dd>${who?.name}, ${who?.scope === "admin"
            ? t.settings.mayChange
            : t.common.lookOnly}</dd></div>
          ${who?.endsAtMs && html`
            <div>
              <dt>${t.settings.loginEnds}</dt>
              <dd>${full(who.endsAtMs)}</dd>
            </div>
          `}
          ${privacy && html`
            <div>
              <dt>${t.settings.privacy}</dt>
              <dd>${t.settings.privacyText(privacy.clients, privacy.names)}</dd>
            </div>
          `}
          <div><dt>${t.settings.language}</dt><dd>${t.language}, ${t.settings.numbersIn(navigator.language)}</dd></div>
        </dl>
      <//>
  `;
}
