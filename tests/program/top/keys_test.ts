import { assertEquals } from "@std/assert";
import { press } from "../../../lib/program/top/keys.ts";
import { topRows, upstreamRows } from "../../../lib/program/top/orders.ts";
import { NO_DATA, type TopData } from "../../../lib/program/top/top_data.ts";
import { filterParameters, FIRST_VIEW, type TopView } from "../../../lib/program/top/top_view.ts";
import { FakeApi, upstreamAnswer } from "../../support/fake_api.ts";
import { keyOf } from "./fake_terminal.ts";

const API = new FakeApi();
const DATA: TopData = {
  ...NO_DATA,
  upstreams: API.upstreams,
  names: API.top.name,
  clients: API.top.client,
  blocked: API.top.blocked,
  rows: API.rows,
};

/** What comes of some keys, one after the other. */
function pressed(keys: readonly string[], from: Partial<TopView> = {}) {
  let [view, wish]: [TopView, ReturnType<typeof press>["wish"]] = [{ ...FIRST_VIEW, ...from }, null];
  for (const key of keys) ({ view, wish } = press(view, keyOf(key), DATA));
  return { view, wish };
}

Deno.test("press() quits with q and Ctrl-C, and with Ctrl-C whatever is being done", () => {
  assertEquals(pressed(["q"]).wish, "quit");
  assertEquals(pressed(["ctrl-c"]).wish, "quit");
  assertEquals(pressed(["f", "q"]).wish, null);
  assertEquals(pressed(["f", "q", "ctrl-c"]).wish, "quit");
  assertEquals(pressed(["?", "q"]).wish, "quit");
});

Deno.test("press() goes to a screen with its number, and back with Esc", () => {
  const screens = ["1", "2", "3", "4", "5", "6"].map((key) => pressed([key]).view.screen);
  assertEquals(screens, ["overview", "names", "clients", "upstreams", "blocked", "queries"]);
  assertEquals(pressed(["4", "escape"]).view, FIRST_VIEW);
});

Deno.test("press() lets a filter be typed, and asks for what it says", () => {
  const { view, wish } = pressed(["f", "a", "x", "backspace", "d", "s", "return"]);
  assertEquals([view.filter, view.typed, wish], ["ads", null, "filter"]);
  assertEquals(pressed(["/", "a", "escape"]).view.filter, "");
  assertEquals(pressed(["/", "ctrl-u", "b", "return"], { filter: "ads" }).view.filter, "b");
  assertEquals(pressed(["escape"], { filter: "ads" }), { view: FIRST_VIEW, wish: "filter" });
});

Deno.test("press() chooses rows, and no further than there are some", () => {
  assertEquals(pressed(["down", "j", "k", "down"]).view.selected, 2);
  assertEquals(pressed(["down", "down", "down", "down"]).view.selected, 2);
  assertEquals([pressed(["end"]).view.selected, pressed(["end", "home"]).view.selected], [2, 0]);
  assertEquals([pressed(["up"]).view.selected, pressed(["pagedown"]).view.selected], [0, 2]);
});

Deno.test("press() explains the selected query for the client that has asked", () => {
  const { view, wish } = pressed(["down", "return"]);
  assertEquals(view.overlay, "explain");
  assertEquals(wish, { explain: { name: "gs-loc.apple.com", type: "AAAA", client: "192.168.1.17" } });
  assertEquals(pressed(["x"], view).view.overlay, null);
});

Deno.test("press() shows the queries of a name, a client, or an upstream", () => {
  const filters = [["2", "down", "return"], ["3", "return"], ["4", "return"], ["5", "return"]].map((keys) => {
    const { view: { screen, filter }, wish } = pressed(keys);
    return [screen, filter, wish];
  });
  assertEquals(filters, [
    ["queries", "clients4.google.com", "filter"],
    ["queries", "client=192.168.1.17", "filter"],
    ["queries", "upstream=9.9.9.9:53", "filter"],
    ["queries", "ads.example.net", "filter"],
  ]);
});

Deno.test("press() chooses among upstreams in the order in which they are shown", () => {
  assertEquals(pressed(["4", "s", "s", "return"]).view.filter, "upstream=https://dns.google:443/dns-query");
});

Deno.test("press() lets it stay as it is, sorts, helps, draws anew", () => {
  assertEquals([pressed(["p"]).view.isPaused, pressed(["p", " "]).view.isPaused], [true, false]);
  assertEquals([pressed(["6", "s"]).view.order, pressed(["6", "s", "s"]).view.order], [1, 0]);
  assertEquals([pressed(["?"]).view.overlay, pressed(["ctrl-l"]).wish], ["help", "draw"]);
});

Deno.test("upstreamRows() compares with a while ago, and with the start where nothing was sent since", () => {
  const before = {
    upstreams: [upstreamAnswer({ queries: 900, failures: 0 }), upstreamAnswer({ name: "b", queries: 50 })],
    groups: [],
  };
  const now = {
    upstreams: [upstreamAnswer({ queries: 1000, failures: 10 }), upstreamAnswer({ name: "b", queries: 50 })],
    groups: [],
  };
  const view = { screen: "upstreams", order: 0 } as const;
  const recent = upstreamRows({ upstreams: now, upstreamsBefore: before }, view);
  assertEquals(recent.map(({ share, failedShare }) => [share, failedShare]), [[1, 0.1], [0, 0.02]]);
  const first = upstreamRows({ upstreams: now, upstreamsBefore: now }, view);
  assertEquals(first.map(({ share }) => share), [1000 / 1050, 50 / 1050]);
});

Deno.test("topRows() are those with the most first, or by name", () => {
  const keys = (order: number) => topRows(API.top.name, { screen: "names", order }).map(({ key }) => key);
  assertEquals(keys(0), ["www.google.com", "clients4.google.com", "api.github.com"]);
  assertEquals(keys(1), ["api.github.com", "clients4.google.com", "www.google.com"]);
});

Deno.test("filterParameters() reads fields, and takes anything else for a part of a name", () => {
  const text = (filter: string) => filterParameters(filter).toString();
  assertEquals(text("ads client=192.168.1.7 RCODE:SERVFAIL"), "name=ads&client=192.168.1.7&rcode=SERVFAIL");
  assertEquals(text("upstream=tls://9.9.9.9:853"), "upstream=tls%3A%2F%2F9.9.9.9%3A853");
  assertEquals(text("nobody=5 client="), "name=nobody%3D5");
  assertEquals(text("  "), "");
});
