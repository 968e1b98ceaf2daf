import { useState } from "preact/hooks";
import { ApiError, post, session } from "../base/api.js";
import { useAction } from "../base/answer.js";
import { html } from "../base/html.js";
import { switchTheme } from "../base/theme.js";
import { Icon } from "../parts/icons.js";
import { errorText } from "../parts/notice.js";
import { t } from "../texts/texts.js";

/** Takes a token once; from then on a cookie says who it is. */
export function Login() {
  const [isShown, show] = useState(false);
  const { isBusy, error, run } = useAction(async (/** @type {string} */ token) => {
    session.set(await post("login", { token }));
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    run(`${new FormData(form).get("token") ?? ""}`.trim());
  };
  return html`
    <main class="login">
      <form onSubmit=${submit}>
        <img src="/page/icon.svg" alt="" width="44" height="44" />
        <h1>${t.login.title}</h1>
        <p class="note">${t.login.what}</p>
        <input name="username" autocomplete="username" value="dns-forwarder" hidden readonly />
        <label for="token">${t.login.token}</label>
        <div class="joined">
          <input
            id="token"
            name="token"
            class="mono"
            type=${isShown ? "text" : "password"}
            autocomplete="current-password"
            autocapitalize="off"
            spellcheck="false"
            required
            aria-describedby="token-error token-help"
            aria-invalid=${error === null ? undefined : "true"}
            ref=${focus}
          />
          <button type="button" aria-pressed=${isShown ? "true" : "false"} onClick=${() => show(!isShown)}>${t.login
            .show}</button>
        </div>
        <div id="token-error" role="alert">
            ${error !== null && html`<p class="problem">${loginErrorText(error)}</p>`}
          </div>
        <button class="main" disabled=${isBusy}>${isBusy ? t.login.entering : t.login.enter}</button>
        <div id="token-help" class="help">
          <p>${t.login.where}</p>
          <pre class="mono" tabindex="0">${t.login.command}</pre>
        </div>
      </form>
      <button type="button" class="plain corner" aria-label=${t.common.theme} title=${t.common
        .theme} onClick=${switchTheme}>
        <${Icon} name="theme" />
      </button>
    </main>
  `;
}

/** @param {HTMLElement | null} element */
function focus(element) {
  element?.focus();
}

/** @param {unknown} error */
function loginErrorText(error) {
  return error instanceof ApiError && error.status === 401 ? t.login.wrong : errorText(error);
}
