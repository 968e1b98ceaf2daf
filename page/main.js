import { render } from "preact";
import { useEffect } from "preact/hooks";
import { get, session } from "./base/api.js";
import { html } from "./base/html.js";
import { listen, listenNoMore, liveNow, liveState } from "./base/live.js";
import { route } from "./base/route.js";
import { useStore } from "./base/store.js";
import { Frame } from "./parts/frame.js";
import { Explain } from "./views/explain.js";
import { Lists } from "./views/lists.js";
import { Login } from "./views/login.js";
import { Overview } from "./views/overview.js";
import { Queries } from "./views/queries.js";
import { Settings } from "./views/settings.js";
import { Upstreams } from "./views/upstreams.js";
import { filtersOf } from "./views/query_filters.js";

/** @import { VIEWS } from "./base/route.js" */

const COMPONENTS = {
  overview: Overview,
  queries: Queries,
  upstreams: Upstreams,
  lists: Lists,
  explain: Explain,
  settings: Settings,
};

function Page() {
  const who = useStore(session);
  const { view, parameters } = useStore(route);
  const name = /** @type {typeof VIEWS[number]} */ (view);
  const filters = JSON.stringify(name === "queries" ? filtersOf(parameters) : {});
  useEffect(() => {
    if (who) listen(JSON.parse(filters));
    else listenNoMore();
  }, [who, filters]);
  if (who === undefined) return null;
  if (who === null) return html`<${Login} />`;
  return html`
    <${Frame} view=${name}>
      <${COMPONENTS[name]} key=${name} parameters=${parameters} />
      <//>
  `;
}

/** Whether there is a login already; the API tells `session` when there is none. */
async function begin() {
  try {
    session.set(await get("session"));
  } catch {
    // Also when the program does not answer: the login says so then.
    session.set(null);
  }
}

const place = document.getElementById("app");
if (place !== null) {
  place.textContent = "";
  render(html`<${Page} />`, place);
}
// Whoever comes after somebody else is to see nothing of what was told to them.
session.follow((who) => {
  if (who !== null) return;
  liveNow.set(null);
  liveState.set("connecting");
});
await begin();
