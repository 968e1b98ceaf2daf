import { useEffect, useRef, useState } from "preact/hooks";
import { post, session } from "../base/api.js";
import { clock, span } from "../base/format.js";
import { html } from "../base/html.js";
import { useKeys } from "../base/keys.js";
import { liveNow, liveState, newsAtMs } from "../base/live.js";
import { go, linkTo, VIEWS } from "../base/route.js";
import { useStore } from "../base/store.js";
import { switchTheme } from "../base/theme.js";
import { t } from "../texts/texts.js";
import { Icon } from "./icons.js";
import { KeysDialog } from "./keys_dialog.js";
import { HealthDot, isUp } from "./marks.js";

/**
 * What stands around every view: where one is, where one can go, how the program is.
 * @param {{ view: typeof VIEWS[number], children?: unknown }} properties
 */
export function Frame({ view, children }) {
  const [areKeysShown, showKeys] = useState(false);
  const heading = useRef(view);
  const [state, news] = [useStore(liveState), useStore(liveNow)];
  const health = state === "lost" ? "failing" : news?.health ?? "well";
  useEffect(() => {
    // Also to be seen where only titles are.
    const mark = { well: "", impaired: "▲ ", failing: "✖ " }[health];
    document.title = `${mark}${t.views[view]} · dns-forwarder`;
  }, [view, health]);
  useEffect(() => {
    // Whoever cannot see that all of it is another is taken to its beginning.
    if (heading.current !== view) document.querySelector("h1")?.focus({ preventScroll: true });
    heading.current = view;
    scrollTo(0, 0);
  }, [view]);
  useKeys((key) => {
    if (key === "?") return showKeys(true), true;
    if (key === "t") return switchTheme(), true;
    const letters = /** @type {Readonly<Record<string, string>>} */ (t.keys.views);
    const wanted = VIEWS.find((name) => key === `g ${letters[name]}`) ?? VIEWS[Number(key) - 1];
    if (wanted === undefined) return false;
    go(wanted);
    return true;
  });
  return html`
    <a class="skip" href="#main" onClick=${skip}>${t.common.skip}</a>
    <header class="rail">
      <div>
        <a class="brand" href=${linkTo("overview")}>
        <img src="/page/icon.svg" alt="" width="26" height="26" /><span>dns-forwarder</span>
      </a>
        <${Health} />
        <${Paused} />
        <nav aria-label=${t.common.views}>
        ${VIEWS.map((name) => {
          return html`<a key=${name} href=${linkTo(name)} aria-current=${name === view ? "page" : undefined}>
            <${Icon} name=${name} size="20" /><span>${t.views[name]}</span>
          </a>`;
        })}
      </nav>
        <div class="foot">
          <${Connection} />
          <div class="tools">
            <button type="button" class="plain" title=${`${t.common.theme} (t)`} aria-label=${t.common
              .theme} onClick=${switchTheme}>
              <${Icon} name="theme" />
            </button>
            <button type="button" class="plain wide-only" title=${`${t.keys.title} (?)`} aria-label=${t.keys
              .title} onClick=${() => showKeys(true)}>
              <${Icon} name="keys" />
            </button>
            <button type="button" class="plain" title=${t.login.leave} aria-label=${t.login.leave} onClick=${leave}>
              <${Icon} name="leave" />
            </button>
          </div>
        </div>
      </div>
    </header>
    <main id="main" tabindex="-1">
      <${Lost} />
      ${children}
    </main>
    ${areKeysShown && html`<${KeysDialog} onClose=${() => showKeys(false)} />`}
  `;
}

/** At the beginning of each view. @param {{ title: string, note?: unknown, children?: unknown }} properties */
export function Heading({ title, note, children }) {
  return html`<div class="heading">
    <h1 tabindex="-1">${title}</h1>
    ${note && html`<p class="note">${note}</p>`}
    ${children && html`<div class="tools">${children}</div>`}
  </div>`;
}

function Health() {
  const news = useStore(liveNow);
  const isLost = useStore(liveState) === "lost";
  if (news === null) return html`<p class="health"><${HealthDot} health="" /><span>${t.common.loading}</span></p>`;
  const up = news.upstreams.filter(({ state }) => isUp(state)).length;
  // What it was before it fell silent is not how it is.
  const note = isLost ? t.live.before : t.upstreams.up(up, news.upstreams.length);
  return html`
    <a class="health" href=${linkTo("upstreams")} aria-live="polite">
      <${HealthDot} health=${isLost ? "" : news.health} />
      <span><b>${isLost ? t.live.lost : t.health[news.health]}</b><span class="note">${note}</span></span>
    </a>
  `;
}

/** What somebody has left off, and may have forgotten. */
function Paused() {
  const pauses = useStore(liveNow)?.pauses ?? [];
  if (pauses.length === 0) return null;
  const text = pauses.map(t.lists.pauseText).join(", ");
  return html`
    <a class="health paused" href=${linkTo("lists")} title=${text}>
      <${Icon} name="pause" /><span><b>${t.lists.isPaused}</b><span class="note">${pauses.length === 1
        ? t.lists.pauseEnds(pauses[0])
        : ""}</span></span>
    </a>
  `;
}

function Connection() {
  const state = useStore(liveState);
  return html`<p class="connection note"><i class=${`dot ${
    state === "open" ? "good pulse" : "none"
  }`} aria-hidden="true"></i>${t.live[state]}</p>`;
}

/** The program is gone: all that is shown is of before. */
function Lost() {
  const state = useStore(liveState);
  const atMs = useStore(newsAtMs);
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    if (state !== "lost") return;
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [state]);
  if (state !== "lost") return null;
  const since = atMs === 0 ? "" : t.live.newsOf(clock(atMs), span((nowMs - atMs) / 1000));
  return html`
    <div class="notice bad" role="alert">
      <${Icon} name="bad" />
      <p><b>${t.live.gone}</b> ${since} ${t.live.goneAdvice}</p>
    </div>
  `;
}

/** The address line has other uses here. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

async function leave() {
  // If it cannot be told, it has ended as well.
  await post("logout").catch(() => {});
  session.set(null);
}
