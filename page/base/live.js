import { ApiError, get, urlOf } from "./api.js";
import { Store } from "./store.js";

/** @import { LiveAnswer } from "../../lib/web/api/answers.ts" */

/**
 * What the program tells by itself, once a second.
 * `open`: it does. `asking`: it has no room for another reader, and is asked now and then. `lost`: it does not answer.
 * `hidden`: nobody looks, so nothing is asked.
 * @typedef {"connecting" | "open" | "asking" | "lost" | "hidden"} LiveState
 */

/** How news come. */
export const liveState = new Store(/** @type {LiveState} */ ("connecting"));
/** The last of them. */
export const liveNow = new Store(/** @type {LiveAnswer | null} */ (null));
/** When they came, by the clock of this machine. */
export const newsAtMs = new Store(0);
/** Goes up whenever there may be a gap in what was told: what was asked for before is to be asked for again. */
export const gaps = new Store(0);

/** News are due every second. */
const SILENCE_MAX_MS = 6000;
const ASK_EVERY_MS = 2000;
const RETRY_MAX_MS = 15_000;
/** How often is asked before another stream is tried where there was no room for one. */
const ASKED_MAX = 15;

/** @type {EventSource | null} */
let stream = null;
/** @type {Readonly<Record<string, string>>} */
let filters = {};
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let retryMs = 1000;
let askedInVain = 0;
let isWanted = false;

/** Begins to listen, to rows with these properties alone. @param {Readonly<Record<string, string>>} wanted */
export function listen(wanted) {
  if (isWanted && urlOf("", wanted) === urlOf("", filters)) return;
  isWanted = true;
  filters = wanted;
  open();
}

/** Listens no more. */
export function listenNoMore() {
  isWanted = false;
  close();
}

document.addEventListener("visibilitychange", () => {
  if (!isWanted) return;
  // Browsers have few connections to a host, and the program has few places for readers: both are for those who look.
  if (document.hidden) {
    close();
    liveState.set("hidden");
  } else {
    gaps.set(gaps.value + 1);
    open();
  }
});

// A machine that was asleep, or a proxy in between, leaves connections on which nothing comes any more.
setInterval(() => {
  if (liveState.value === "open" && Date.now() - newsAtMs.value > SILENCE_MAX_MS) later(0);
}, 1000);

function close() {
  clearTimeout(timer);
  stream?.close();
  stream = null;
}

function open() {
  close();
  if (document.hidden) return liveState.set("hidden");
  if (liveState.value !== "lost" && liveState.value !== "asking") liveState.set("connecting");
  const opened = new EventSource(urlOf("events", filters));
  stream = opened;
  askedInVain = 0;
  opened.addEventListener("live", (event) => {
    if (stream !== opened) return;
    // One that has ended is tried again at once.
    askedInVain = ASKED_MAX;
    take(JSON.parse(/** @type {MessageEvent<string>} */ (event).data), "open");
  });
  // It does not say why, so that is asked for.
  opened.addEventListener("error", () => stream === opened && later(0));
}

/** @param {number} pauseMs */
function later(pauseMs) {
  close();
  timer = setTimeout(ask, pauseMs);
}

/** Takes news without a stream, and finds out whether there can be one. */
async function ask() {
  const [asking, cursor] = [filters, liveNow.value?.cursor];
  try {
    const answer = /** @type {LiveAnswer} */ (await get("live", { ...asking, after: cursor ?? null }));
    // Meanwhile somebody may have gone, or begun to listen to something else.
    if (!isWanted || asking !== filters || stream !== null || document.hidden) return;
    if (liveState.value === "lost") gaps.set(gaps.value + 1);
    retryMs = 1000;
    take(answer, "asking");
    if (++askedInVain >= ASKED_MAX) open();
    else later(ASK_EVERY_MS);
  } catch (error) {
    if (!isWanted || stream !== null || (error instanceof ApiError && error.status === 401)) return;
    liveState.set("lost");
    askedInVain = ASKED_MAX;
    retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
    later(retryMs);
  }
}

/** @param {LiveAnswer} answer @param {LiveState} state */
function take(answer, state) {
  newsAtMs.set(Date.now());
  liveState.set(state);
  liveNow.set(answer);
}
