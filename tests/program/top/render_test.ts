import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { failingFor, NO_DATA, type TopData, withLive, withSeries } from "../../../lib/program/top/top_data.ts";
import { FIRST_VIEW, SCREENS, type TopView } from "../../../lib/program/top/top_view.ts";
import { cut, fit, widthOf } from "../../../lib/program/top/view/cells.ts";
import { bar, countText, msText, shareText, sparkline } from "../../../lib/program/top/view/numbers.ts";
import { paint, type Painted } from "../../../lib/program/top/view/paint.ts";
import { printed, render } from "../../../lib/program/top/view/render.ts";
import { line, plainText } from "../../../lib/program/top/view/span.ts";
import { FakeApi, NOW_MS, queryRow, statusAnswer, upstreamAnswer } from "../../support/fake_api.ts";
import { ScreenModel } from "../../support/screen_model.ts";

const SIZE = { columns: 80, rows: 24 };

/** What a program says that has something to do. */
function fullData(api = new FakeApi()): TopData {
  const { status, upstreams, top, series, rows } = api;
  const data = { ...NO_DATA, status, upstreams, names: top.name, clients: top.client, blocked: top.blocked, rows };
  return withSeries(data, series);
}

function lines(data: TopData, view: Partial<TopView> = {}, size = SIZE): string[] {
  return render(data, { ...FIRST_VIEW, ...view }, size).map(plainText);
}

Deno.test("render() shows at one glance on 80x24 whether it works, how much there is, who is slow, who asks and why", () => {
  const screen = lines(fullData());
  // Clocks of this machine may be in any zone.
  const timeless = screen.map((text) => {
    return text.replace(/^\d\d:\d\d:\d\d|\d\d:\d\d:\d\d$/, "hh:mm:ss").replace(/since \d\d:\d\d$/, "since hh:mm");
  });
  assertEquals(timeless, [
    "dns-forwarder 0.1.0  up 3 d  2 workers  ● works                         hh:mm:ss",
    "     125 q/s          ██████████████████████████████████████████████████████████",
    "  80.8 % from memory  ████████░░  asked 12.0 %  blocked 6.4 %  failed 0.8 %",
    "    14.2 ms when asked, 95 % 44.0  3 in flight  memory 41.9 of 64.0 MiB",
    "",
    "UPSTREAM                   STATE   SHARE    P50    P95  FAILED  NOTE",
    "9.9.9.9:53                 up     70.9 %   14.1   40.8   0.1 %",
    "tls://dns.quad9.net:853    up     28.4 %   16.4   45.6   0.3 %",
    "https://dns.google:443/d…  down    0.7 %   14.1   40.8   100 %  down since 23:3…",
    "",
    " COUNT  NAME                                   COUNT  CLIENT        IS CALLED",
    "   900  www.google.com                           700  192.168.1.17  anna-laptop",
    "   450  clients4.google.com                      175  fd00::1c4f    desk",
    "   180  api.github.com",
    "",
    "TIME      CLIENT        NAME                   TYPE  RESULT    FROM, WHY      MS",
    "hh:mm:ss  192.168.1.17  ads.example.net        A     NXDOMAIN  list ads      0.0",
    "hh:mm:ss  192.168.1.17  gs-loc.apple.com       AAAA  NOERROR   9.9.9.9:53   29.5",
    "hh:mm:ss  192.168.1.17  www.example.org        A     NOERROR   cache           –",
    "",
    "",
    "",
    "",
    "q quit  p pause  f filter  s sort  Enter why  1-6 screens  ? help",
  ]);
});

Deno.test("render() says first what is wrong", () => {
  const problems = [
    { kind: "upstream-down", subject: "9.9.9.9:53", text: "The upstream 9.9.9.9:53 is down since 23:31" },
    { kind: "list-old", subject: "ads", text: "The list ads is not updated" },
  ];
  const data = { ...fullData(), status: statusAnswer({ health: "impaired", problems }) };
  assertStringIncludes(
    lines(data, {}, { columns: 120, rows: 24 })[0]!,
    "● The upstream 9.9.9.9:53 is down since 23:31 (1 more: ?)",
  );
  assertStringIncludes(lines(data, { overlay: "help" }).join("\n"), "The list ads is not updated");
});

Deno.test("render() says that blocking is left off, behind what is wrong", () => {
  const pauses = [{ leftSeconds: null, clients: null, lists: null }];
  const paused = { ...fullData(), status: statusAnswer({ pauses }) };
  assertStringIncludes(lines(paused)[0]!, "● works  blocking is paused until it is resumed");
  assertStringIncludes(lines(paused, { overlay: "help" }).join("\n"), "blocking is paused until it is resumed");
  const problems = [{ kind: "list-old", subject: "ads", text: "The list ads is not updated" }];
  const both = { ...fullData(), status: statusAnswer({ pauses, problems, health: "impaired" }) };
  assertStringIncludes(lines(both)[0]!, "● The list ads is not updated (1 more: ?)");
});

Deno.test("render() says of an upstream that was never asked that it is not measured yet", () => {
  const api = new FakeApi();
  api.upstreams = {
    upstreams: [upstreamAnswer({ medianMs: null, smoothedMs: null, percentile95Ms: null })],
    groups: [],
  };
  assertMatch(lines(fullData(api)).find((text) => text.startsWith("9.9.9.9:53"))!, / – .* – .*not measured yet$/);
});

Deno.test("withLive() tells of an upstream's state what has come last", () => {
  const data = fullData();
  const [first] = data.upstreams!.upstreams;
  const news = { name: first!.name, state: "down", reason: "no answer for 14 s", disabledSeconds: null };
  const live = { rows: [], counts: {}, nowAtMs: NOW_MS, upstreams: [{ ...news, smoothedMs: 1, percentile95Ms: 2 }] };
  const { upstreams } = withLive(data, live as unknown as Parameters<typeof withLive>[1]);
  assertEquals(upstreams!.upstreams[0], { ...first!, ...news, smoothedMs: 1, percentile95Ms: 2 });
  assertEquals(upstreams!.upstreams[1], data.upstreams!.upstreams[1]);
});

Deno.test("withLive() takes each second once", () => {
  const data = { ...fullData(), rates: [{ cache: 1 }], lastSecond: NOW_MS / 1000 - 1 };
  const live = (nowAtMs: number) => {
    return { rows: [], counts: { cache: 2 }, nowAtMs, upstreams: [] } as unknown as Parameters<typeof withLive>[1];
  };
  assertEquals(withLive(data, live(NOW_MS + 999)).rates, [{ cache: 1 }]);
  assertEquals(withLive(data, live(NOW_MS + 1000)).rates, [{ cache: 1 }, { cache: 2 }]);
});

Deno.test("render() has a screen for each of what there is most of, with all that there is room for", () => {
  const data = fullData();
  for (
    const [screen, text] of [
      ["names", "   450  clients4.google.com"],
      ["clients", "   700  192.168.1.17  anna-laptop"],
      ["blocked", "    77  ads.example.net"],
      ["upstreams", "tls://dns.quad9.net:853    up"],
      ["queries", "AAAA  NOERROR   9.9.9.9:53   29.5"],
    ] as const
  ) assertStringIncludes(lines(data, { screen }).join("\n"), text);
  const wide = lines(data, { screen: "upstreams" }, { columns: 140, rows: 24 }).join("\n");
  assertStringIncludes(wide, "https://dns.google:443/dns-query  down");
  assertStringIncludes(wide, "down since 23:31: no answer, 10 × timeout");
});

Deno.test("render() keeps the selected row on the screen", () => {
  const rows = Array.from({ length: 100 }, (_, i) => queryRow({ id: `${i}`, name: `n${i}.example` }));
  const screen = lines({ ...fullData(), rows }, { screen: "queries", selected: 60 });
  assertStringIncludes(screen.join("\n"), "n60.example");
  assertEquals(screen.some((text) => text.includes("n0.example")), false);
});

Deno.test("render() shows upstreams in trouble where there is no room for all", () => {
  const api = new FakeApi();
  const all = Array.from({ length: 12 }, (_, i) => {
    return upstreamAnswer({ name: `192.0.2.${i}:53`, state: i === 11 ? "down" : "up" });
  });
  api.upstreams = { upstreams: all, groups: [] };
  const text = lines(fullData(api)).join("\n");
  assertStringIncludes(text, "192.0.2.11:53   down");
  assertStringIncludes(text, "and 9 more: 4");
});

Deno.test("render() shows what is typed, what is filtered, and that it stays as it is", () => {
  const data = fullData();
  assertStringIncludes(lines(data, { typed: "ads" }).at(-1)!, "filter: ads▏");
  const foot = lines(data, { filter: "client=192.168.1.17", isPaused: true }, { columns: 120, rows: 24 }).at(-1)!;
  assertStringIncludes(foot, "PAUSED");
  assertStringIncludes(foot, "filter: client=192.168.1.17");
});

Deno.test("render() says why nothing comes", () => {
  assertStringIncludes(lines(NO_DATA)[0]!, "dns-forwarder …");
  assertStringIncludes(lines({ ...fullData(), failure: "no answer for 5 s" })[0]!, "● no answer for 5 s");
});

Deno.test("printed() is the overview without keys, in as many lines as it takes", () => {
  const text = printed(fullData(), FIRST_VIEW, 80).map(plainText);
  assertEquals([text.at(0)!.startsWith("dns-forwarder 0.1.0"), text.at(-1)!.includes("www.example.org")], [true, true]);
});

/** Any text that others may have a say in. */
const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.constant("\x1b]0;owned\x07\x1b[2J"),
);

Deno.test("render() fills the screen exactly, and lets no control character through, whatever names and reasons say", () => {
  const text = anyText;
  const row = fc.record({ name: text, client: text, clientName: text, reason: text, rcode: text, type: text });
  const view = fc.record({
    screen: fc.constantFrom(...SCREENS),
    overlay: fc.constantFrom("help" as const, "explain" as const, null),
    typed: fc.option(text),
    filter: text,
    selected: fc.nat(30),
    isPaused: fc.boolean(),
  });
  const size = fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 70 }) });
  fc.assert(fc.property(fc.array(row, { maxLength: 20 }), view, size, text, (rows, view, size, other) => {
    const api = new FakeApi();
    api.rows = rows.map((fields) => queryRow(fields));
    api.upstreams = {
      upstreams: [upstreamAnswer({ name: other, reason: other, state: other, notes: [other] })],
      groups: [],
    };
    api.status = statusAnswer({ problems: [{ kind: "x", subject: "", text: other }], health: "impaired" });
    const data = { ...fullData(api), explained: other, failure: null };
    const shown = render(data, { ...FIRST_VIEW, ...view }, size);
    assertEquals(shown.length, size.rows);
    for (const spans of shown) {
      const all = spans.map(({ text }) => text).join("");
      assert(widthOf(all) <= size.columns, JSON.stringify(all));
      // deno-lint-ignore no-control-regex
      assert(!/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(all), JSON.stringify(all));
    }
  }));
});

Deno.test("paint() writes only lines that differ, so that the screen is what it should be whatever was on it", () => {
  const frame = fc.array(fc.string({ unit: fc.constantFrom("a", "b", " ", "é"), maxLength: 12 }), {
    minLength: 3,
    maxLength: 6,
  });
  fc.assert(fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), fc.boolean(), (frames, hasColor) => {
    const screen = new ScreenModel();
    let painted: Painted = [];
    for (const frame of frames) {
      const { text, painted: next } = paint(painted, frame.map((one) => line(one, "good")), hasColor);
      if (next.join("\n") === painted.join("\n")) assertEquals(text, "");
      painted = next;
      screen.feed(text);
      const height = Math.max(frame.length, screen.lines.length);
      assertEquals(padded(screen.lines, height), padded(frame.map((one) => one.trimEnd()), height));
    }
    assertEquals(screen.unknown, []);
  }));
});

Deno.test("paint() uses no colour where none is wanted", () => {
  const { text } = paint([], [line("down", "bad"), line("x", "selected")], false);
  assertEquals(text.includes("\x1b[31m"), false);
  assertEquals(text.includes("\x1b[7m"), true);
});

Deno.test("fit() gives exactly as many columns, of wide characters and of what is cut", () => {
  assertEquals(fit("abc", 5), "abc  ");
  assertEquals(fit("abc", 5, "right"), "  abc");
  assertEquals(fit("日本語", 5), "日本…");
  assertEquals(fit("日本語", 6), "日本語");
  assertEquals(fit("e\u0301e\u0301", 2), "e\u0301e\u0301");
  assertEquals(cut("abcdef", 4), "abc…");
  fc.assert(fc.property(anyText, fc.nat(40), (text, width) => assertEquals(widthOf(fit(text, width)), width)));
});

Deno.test("numbers are as people read them", () => {
  assertEquals([countText(1234567), countText(12), countText(999.6)], ["1,234,567", "12", "1,000"]);
  assertEquals([shareText(0, 0), shareText(0, 5), shareText(1, 8), shareText(8, 8)], ["–", "0 %", "12.5 %", "100 %"]);
  assertEquals([msText(null), msText(0.04), msText(14.24), msText(1234)], ["–", "0.0", "14.2", "1,234"]);
  assertEquals([sparkline([0, 1, 8, 4]), sparkline([0, 0])], [" ▁█▄", "  "]);
  assertEquals([bar(0.5, 4), bar(2, 4), bar(-1, 4)], ["██░░", "████", "░░░░"]);
});

Deno.test("withLive() puts what is new before what was there, and keeps no more than is of use", () => {
  let data = fullData();
  for (let i = 0; i < 700; i++) {
    data = withLive(
      data,
      {
        rows: [queryRow({ id: `x${i}` })],
        counts: { cache: i },
        nowAtMs: NOW_MS + 1000 * (i + 1),
        upstreams: [],
      } as unknown as Parameters<typeof withLive>[1],
    );
  }
  assertEquals([data.rows.length, data.rows[0]!.id, data.rates.length, data.rates.at(-1)!.cache], [
    500,
    "x699",
    298,
    699,
  ]);
});

function padded(lines: readonly string[], height: number): string[] {
  return [...lines, ...new Array<string>(height).fill("")].slice(0, height);
}

Deno.test("failingFor() tells since when clients get failures, whatever a calm before was about", () => {
  const rates = (...failures: readonly number[]) => ({ rates: failures.map((failure) => ({ cache: 5, failure })) });
  const calm = (seconds: number) => new Array<number>(seconds).fill(0);
  assertEquals(failingFor(rates(...calm(40))), null);
  assertEquals(failingFor(rates(...calm(40), 1, 0, 2)), { seconds: 3, isLonger: false });
  assertEquals(failingFor(rates(1, ...calm(40), 1, 0)), { seconds: 2, isLonger: false });
  assertEquals(failingFor(rates(1, ...calm(20), 1, 0)), { seconds: 23, isLonger: false });
  assertEquals(failingFor(rates(1, ...calm(40))), null);
  assertEquals(failingFor(rates(...new Array<number>(300).fill(1))), { seconds: 300, isLonger: true });
});

Deno.test("render() says since when clients get failures", () => {
  const api = new FakeApi();
  api.series = {
    ...api.series,
    counts: api.series.counts.map((row, i) => i === 6 ? [...new Array(40).fill(0), ...new Array(20).fill(30)] : row),
  };
  assertMatch(lines(fullData(api))[1]!, /█ {2}failing since \d\d:\d\d$/);
});

Deno.test("render() has help that can be read to the end on 80 columns", () => {
  const help = lines(fullData(), { overlay: "help" }).slice(1, -1);
  assertEquals(help.filter((text) => text.includes("…")), []);
  assertStringIncludes(help.join("\n"), "95 of 100 took P95");
});

Deno.test("render() lets a long reason give way on 80 columns, and not the time that a query took", () => {
  const row = queryRow({
    name: "a-rather-long-name.example.net",
    source: "failure",
    reason: "failed not long ago, again",
    tookMs: 1234,
  });
  const [, ...shown] = lines({ ...fullData(), rows: [row] }, { screen: "queries" }).filter((text) =>
    /MS$|1,234$/.test(text)
  );
  assertEquals([shown.length, shown[0]!.length], [1, 80]);
});

Deno.test("withSeries() leaves out the second that has only just begun: it would look like a fall", () => {
  const series = { stepMs: 1000, fromAtMs: 0, sources: ["cache"], counts: [[400, 400, 31]], from: "memory" } as const;
  assertEquals(withSeries(NO_DATA, series).rates, [{ cache: 400 }, { cache: 400 }]);
});
