/**
 * What the page does in a real browser: Chromium, driven by playwright-core. Behind it stands a program that says what a test wants.
 *
 *     deno task test:page
 *
 * Takes Debian's package chromium, or Chrome; says "skipped" without. Pictures of all views are left in tests/browser/pictures/.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import axe from "axe-core/axe.min.js" with { type: "text" };
import type { Page } from "playwright-core";
import { closeBrowser, EXECUTABLE, EYES, Visit } from "./browser.ts";
import { failedRow, fractions, HOSTILE_NAME, row } from "./fake_answers.ts";
import { TOKEN } from "./fake_program.ts";

const PICTURES = new URL("pictures/", import.meta.url);
const VIEWS = ["overview", "queries", "upstreams", "lists", "explain", "settings"];

function test(fact: string, fn: () => Promise<void>): void {
  // The browser outlives the test that has started it.
  Deno.test({ name: fact, ignore: EXECUTABLE === undefined, sanitizeOps: false, sanitizeResources: false, fn });
}

Deno.test.beforeAll(() => Deno.mkdirSync(PICTURES, { recursive: true }));
Deno.test.afterAll(async () => {
  await closeBrowser();
  // The last line, for whoever runs this.
  // deno-lint-ignore no-console
  if (EXECUTABLE === undefined) console.log("skipped: neither chromium nor Chrome is installed");
});

test("a token lets in, another one is told why not, and logging out ends it", async () => {
  await using visit = await Visit.begin();
  const { page } = visit;
  assertEquals(await page.evaluate(() => document.activeElement?.id), "token");
  await page.keyboard.type("not-a-token");
  await page.keyboard.press("Enter");
  await visit.see("That token is not known");
  assertEquals(await page.getByLabel("Token", { exact: true }).getAttribute("type"), "password");
  await visit.logIn(TOKEN);
  await visit.see("It works, but something is wrong");
  assertEquals(
    await page.evaluate((token) => JSON.stringify([localStorage, sessionStorage]).includes(token), TOKEN),
    false,
  );
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("Token", { exact: true }).waitFor();
  await visit.until(() => Promise.resolve(visit.program.readers), 0);
});

test("who is logged in stays so after loading the page again, until the token is revoked", async () => {
  await using visit = await Visit.at("upstreams");
  await visit.page.reload();
  await visit.heading("upstreams");
  visit.program.revoke();
  await visit.page.getByLabel("Token", { exact: true }).waitFor();
});

test("the overview says what works, which upstream is slow, who asks most, and since when it fails", async () => {
  await using visit = await Visit.at("overview");
  const { page } = visit;
  await visit.see("2 of 3 upstreams up");
  await visit.see("https://dns.example/dns-query is down for 2 min");
  const upstreams = page.getByRole("region", { name: "Upstreams" }).getByRole("listitem");
  await visit.until(() => upstreams.count(), 3);
  assertMatch((await upstreams.nth(1).textContent())!, /tls:\/\/dns\.quad9\.net.*slow/);
  assertMatch((await upstreams.nth(2).textContent())!, /down.*timed out 6 times/);
  await visit.see(/It began to fail at \d{1,2}:\d\d:\d\d/);
  const clients = page.getByRole("region", { name: "Busiest clients" }).getByRole("link");
  assertMatch((await clients.first().textContent())!, /192\.168\.1\.17.*anna-laptop.*9,000/);
  await clients.first().click();
  await visit.heading("queries");
  await visit.until(() => page.getByLabel("Client contains").inputValue(), "192.168.1.17");
  await visit.until(async () => new Set(await page.locator("td.client .mono").allTextContents()).size, 1);
});

test("the overview goes on with each second that it is told of", async () => {
  await using visit = await Visit.at("overview");
  const { page, program } = visit;
  const chart = page.getByRole("img", { name: /Questions a second by source/ });
  await chart.waitFor();
  program.tell(Array.from({ length: 900 }, (_, i) => row(i, program.nowAtMs, fractions(i))).slice(0, 50));
  await visit.until(() => page.locator(".tile .value").first().textContent(), "155");
  program.health = "failing";
  program.tell();
  await visit.see("Clients get no new answers");
  assertMatch((await chart.getAttribute("aria-label"))!, /106 now/);
});

test("who has just installed it is told how to ask something", async () => {
  await using visit = await Visit.begin();
  visit.program.isFresh = true;
  await visit.logIn(TOKEN);
  await visit.see("dig @192.168.1.1 example.org");
  await visit.see("Nothing was blocked.");
  await visit.until(() => visit.page.locator(".waiting").count(), 0);
  await judge(visit.page, "light", "fresh");
  await visit.go("queries");
  await visit.see("No queries yet.");
});

test("the legend takes sources out of the chart and puts them back", async () => {
  await using visit = await Visit.at("overview");
  const { page } = visit;
  const [chart, memory] = [page.locator(".canvas"), page.getByRole("button", { name: "Memory", exact: true })];
  await memory.click();
  assertEquals(await memory.getAttribute("aria-pressed"), "false");
  assertEquals(/by source \(.*Memory,(?! expired)/.test((await chart.getAttribute("aria-label"))!), false);
  await memory.click();
  assertMatch((await chart.getAttribute("aria-label"))!, /by source \(Memory,/);
});

test("the chart is read by arrow keys, moment by moment", async () => {
  await using visit = await Visit.at("overview");
  await visit.page.locator(".canvas").focus();
  await visit.page.keyboard.press("ArrowLeft");
  const before = await visit.page.locator(".reading").textContent();
  assertMatch(before!, /^\d{1,2}:\d\d:\d\d.*Memory/);
  await visit.page.keyboard.press("PageUp");
  await visit.until(async () => await visit.page.locator(".reading").textContent() === before, false);
});

test("another length of time is asked for, with what there was most of in it", async () => {
  await using visit = await Visit.at("overview");
  const asked = visit.page.waitForRequest(/\/series\?window=86400$/);
  const top = visit.page.waitForRequest(/\/top\?by=client&window=86400/);
  await visit.page.getByRole("button", { name: "1 day" }).click();
  await Promise.all([asked, top]);
  await visit.see("last 1 day");
});

test("new rows come by themselves, at most 50 are shown, and what a name says is text", async () => {
  await using visit = await Visit.at("queries");
  const { page, program } = visit;
  await visit.until(async () => (await visit.names()).length, 50);
  // Away from the table, which stands still for whoever points at it.
  await page.mouse.move(5, 5);
  program.tell([{ ...row(5_000_000, program.nowAtMs, fractions(1)), name: HOSTILE_NAME }]);
  await visit.until(async () => (await visit.names())[0], HOSTILE_NAME);
  assertEquals(await page.locator("img[src=x]").count(), 0);
  for (let second = 0; second < 30; second++) {
    const rows = Array.from({ length: 50 }, (_, i) => row(6_000_000 + second * 50 + i, program.nowAtMs, fractions(i)));
    program.tell(rows.reverse(), 250);
  }
  await visit.see("250 more in the last second than can be shown");
  assertEquals((await visit.names()).length, 50);
  assert(await page.evaluate(() => document.querySelectorAll("*").length) < 1500);
});

test("rows stand still while they are pointed at and when they are stopped, and go on behind that", async () => {
  await using visit = await Visit.at("queries");
  const { page, program } = visit;
  await visit.until(async () => (await visit.names()).length, 50);
  const named = (name: string, id: number) => ({ ...row(id, program.nowAtMs, fractions(1)), name });
  await page.locator("table.rows tbody tr").nth(3).hover();
  program.tell([named("first.example.org", 5_000_001)]);
  await visit.see("Held while you point at it, 1 waiting.");
  assertEquals((await visit.names()).includes("first.example.org"), false);
  await page.mouse.move(5, 5);
  program.tell([named("second.example.org", 5_000_002)]);
  await visit.until(async () => (await visit.names()).slice(0, 2), ["second.example.org", "first.example.org"]);
  await page.keyboard.press("p");
  program.tell([named("third.example.org", 5_000_003)]);
  await visit.see("Stopped, 1 waiting.");
  assertEquals((await visit.names())[0], "second.example.org");
  await page.getByRole("button", { name: "Go on" }).click();
  program.tell([named("fourth.example.org", 5_000_004)]);
  await visit.until(async () => (await visit.names()).slice(0, 2), ["fourth.example.org", "third.example.org"]);
});

test("filters hold for rows, for the stream and in the address line", async () => {
  await using visit = await Visit.at("queries");
  const { page, program } = visit;
  await page.keyboard.press("/");
  await page.keyboard.type("TELEMETRY");
  await visit.until(async () => [...new Set(await visit.names())].join(), "incoming.telemetry.example.org");
  await page.getByLabel("Any source").selectOption("blocked");
  await visit.until(async () => [...new Set(await page.locator("td.result").allTextContents())].join(), "blocked");
  assertMatch(page.url(), /#\/queries\?name=TELEMETRY&source=blocked$/);
  await visit.until(() => Promise.resolve(program.streams.at(-1)), "?name=TELEMETRY&source=blocked");
  await page.reload();
  await visit.until(() => page.getByLabel("Name contains").inputValue(), "TELEMETRY");
  await page.getByLabel("Name contains").fill("no-such-name");
  await visit.see("No query like that");
  await page.getByRole("button", { name: "Clear" }).click();
  await visit.until(async () => (await visit.names()).length, 50);
  assertMatch(page.url(), /#\/queries$/);
});

test("older rows come page by page, and stand still until the newest are asked for", async () => {
  await using visit = await Visit.at("queries");
  const { page, program } = visit;
  await visit.until(async () => (await visit.names()).length, 50);
  const newest = await visit.names();
  await page.getByRole("button", { name: "Older" }).click();
  await visit.see(/^Up to \d{1,2}:\d\d:\d\d/);
  assertEquals((await visit.names()).length, 50);
  program.tell([{ ...row(5_000_009, program.nowAtMs, fractions(1)), name: "new.example.org" }]);
  await page.getByRole("button", { name: "Newest" }).click();
  await visit.until(async () => (await visit.names()).slice(0, 2), ["new.example.org", newest[0]!]);
});

test("a row says why, closes with Escape, and gives the focus back", async () => {
  await using visit = await Visit.at("queries?source=blocked");
  const { page } = visit;
  const first = page.locator("table.rows tbody th button").first();
  await first.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Why this answer" });
  await dialog.getByText('list "ads" line 48211').first().waitFor();
  await dialog.getByText('list "ads" blocks it').waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert(await first.evaluate((element) => element === document.activeElement));
  await page.locator("table.rows tbody tr").nth(1).locator("td.time").click();
  await dialog.getByRole("link", { name: "All of this client" }).click();
  await dialog.waitFor({ state: "detached" });
  assertMatch(page.url(), /#\/queries\?client=/);
});

test("explain answers a form, an address line, and says what is wrong with a name", async () => {
  await using visit = await Visit.at("explain");
  const { page } = visit;
  await page.keyboard.press("/");
  await page.keyboard.type("www.example.com");
  await page.getByLabel("Type").fill("AAAA");
  await page.getByLabel("As client").fill("192.168.1.23");
  await page.getByRole("button", { name: "Explain" }).click();
  await visit.see("192.168.1.23 over UDP");
  await visit.see("of it 38 ms waiting for 9.9.9.9:53");
  assertMatch(page.url(), /#\/explain\?name=www\.example\.com&type=AAAA&client=192\.168\.1\.23$/);
  await page.getByLabel("Name").fill("a..b");
  await page.getByLabel("Name").press("Enter");
  await visit.see('Cannot read the name "a..b": a label is empty.');
  await page.goBack();
  await visit.see("www.example.com AAAA");
});

test("blocking is paused for some clients, told on every view that it concerns, and resumed", async () => {
  await using visit = await Visit.at("lists");
  const { page, program } = visit;
  await visit.see("Blocking is on");
  await page.getByRole("button", { name: "Pause" }).click();
  const dialog = page.getByRole("dialog", { name: "Pause blocking" });
  await dialog.getByRole("button", { name: "5 mins" }).click();
  await dialog.getByLabel("kids").check();
  await dialog.getByRole("button", { name: "Pause" }).click();
  await visit.see("Blocking for kids is paused for another 5 mins");
  // Wherever somebody is meanwhile.
  program.tell();
  await visit.go("queries");
  await visit.see("Blocking is paused");
  await visit.go("overview");
  await visit.see("Blocking for kids is paused for another 5 mins");
  await visit.go("lists");
  await page.getByRole("button", { name: "Resume" }).click();
  await visit.see("Blocking is on");
  const [pause, resume] = program.actions.slice(-2);
  assertEquals([pause, resume], [
    'policy/pause {"seconds":300,"clients":["kids"]}',
    'policy/resume {"clients":["kids"]}',
  ]);
});

test("lists tell their age, their errors and their bad lines, and are refreshed", async () => {
  await using visit = await Visit.at("lists");
  const { page, program } = visit;
  await visit.see("the server answers 503 Service Unavailable");
  await page.getByRole("button", { name: "4 bad lines of ads" }).click();
  const dialog = page.getByRole("dialog", { name: "Bad lines of “ads”" });
  await dialog.getByText(HOSTILE_NAME).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Refresh malware" }).click();
  await page.getByRole("button", { name: "Refresh all" }).click();
  await visit.until(() => Promise.resolve(program.actions.slice(-2)), [
    'lists/refresh {"list":"malware"}',
    "lists/refresh {}",
  ]);
});

test("an upstream is left out by hand, with a warning for the last one, and taken back", async () => {
  await using visit = await Visit.at("upstreams");
  const { page, program } = visit;
  await page.getByRole("button", { name: "Leave out tls://dns.quad9.net" }).click();
  const dialog = page.getByRole("dialog", { name: "Leave out an upstream" });
  await dialog.getByRole("button", { name: "Leave out" }).click();
  await visit.see("left out by hand for another 30 mins");
  await page.getByRole("button", { name: "Leave out 9.9.9.9:53" }).click();
  await dialog.getByText("It is the only one that is up").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Take back tls://dns.quad9.net" }).click();
  await page.getByRole("button", { name: "Leave out tls://dns.quad9.net" }).waitFor();
  assertEquals(program.actions.slice(-2), [
    'upstreams/tls%3A%2F%2Fdns.quad9.net/disable {"seconds":1800}',
    "upstreams/tls%3A%2F%2Fdns.quad9.net/enable {}",
  ]);
});

test("settings say where they come from, are searched, and read again", async () => {
  await using visit = await Visit.at("settings");
  const { page } = visit;
  await visit.see("/etc/dns-forwarder/config.toml:6");
  await page.keyboard.press("/");
  await page.keyboard.type("memory");
  await visit.until(() => page.locator("table.settings tbody th .mono").allTextContents(), ["cache.size"]);
  await page.getByRole("button", { name: "Reload" }).click();
  await visit.see("The configuration was read again, and holds.");
  await visit.see("cache.size: 64MiB → 128MiB");
});

test("a pasted file is checked, and nothing else is done with it", async () => {
  await using visit = await Visit.at("settings");
  const { page, program } = visit;
  await page.getByRole("button", { name: "Check a file" }).click();
  await page.getByLabel("The file’s text").fill("[server]\nwrong = 1\n");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await visit.see("It cannot be followed: 1 problem.");
  await visit.see(/did you mean "listen"\?/);
  await page.getByLabel("The file’s text").fill("[server]\n");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await visit.see("It can be followed.");
  assertEquals(program.actions.filter((action) => !/^(?:login|config\/check) /.test(action)), []);
});

test("who may only look is told so, and has nothing to press", async () => {
  await using visit = await Visit.at("lists", EYES.light, "read");
  const { page } = visit;
  for (
    const [view, button] of [["lists", "Pause"], ["upstreams", "Leave out 9.9.9.9:53"], ["settings", "Reload"]] as const
  ) {
    await visit.go(view);
    await visit.see("This token may look, and change nothing.");
    assert(await page.getByRole("button", { name: button }).isDisabled());
  }
});

test("a program that is gone is told at once, and its return is noticed", async () => {
  await using visit = await Visit.at("queries");
  const { page, program } = visit;
  await visit.until(() => Promise.resolve(program.readers), 1);
  await program.stop();
  await page.getByRole("alert").getByText("The program does not answer.").waitFor();
  await visit.see(/All below is of \d{1,2}:\d\d:\d\d/);
  await program.start();
  await page.getByText("The program does not answer.").waitFor({ state: "detached" });
  await visit.until(() => Promise.resolve(program.readers), 1);
});

test("where there is no room for another reader, the page asks now and then instead", async () => {
  await using visit = await Visit.begin();
  visit.program.isFull = true;
  await visit.logIn(TOKEN);
  await visit.see("Every 2 s");
  await visit.see("2 of 3 upstreams up");
});

test("nothing is read while nobody looks, and everything again when somebody does", async () => {
  await using visit = await Visit.at("overview");
  const { page, program } = visit;
  await visit.until(() => Promise.resolve(program.readers), 1);
  await setHidden(page, true);
  await visit.until(() => Promise.resolve(program.readers), 0);
  const again = page.waitForRequest(/\/series/);
  await setHidden(page, false);
  await again;
  await visit.until(() => Promise.resolve(program.readers), 1);
});

test("what is seen is downloaded as JSON lines and as CSV, which no spreadsheet takes for a formula", async () => {
  await using visit = await Visit.at("queries");
  const { page, program } = visit;
  await visit.until(async () => (await visit.names()).length, 50);
  await page.mouse.move(5, 5);
  program.tell([{ ...row(5_000_000, program.nowAtMs, fractions(1)), name: '=cmd|",x' }]);
  await visit.until(async () => (await visit.names())[0], '=cmd|",x');
  await page.keyboard.press("p");
  const saved = async (button: string) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: button }).click(),
    ]);
    assertMatch(download.suggestedFilename(), /^queries-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.(?:jsonl|csv)$/);
    return await Deno.readTextFile(await download.path());
  };
  const lines = (await saved("JSON lines")).trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([lines.length, lines[0].name, Date.parse(lines[0].time)], [50, '=cmd|",x', lines[0].atMs]);
  const csv = (await saved("CSV")).split("\r\n");
  assertMatch(csv[0]!, /^time,/);
  assertEquals(csv.length, 52);
  assert(csv[1]!.includes(`"'=cmd|"",x"`), csv[1]);
});

test("dark or light is as the system has it, until it is chosen, and then kept", async () => {
  await using visit = await Visit.at("overview", EYES.dark);
  const { page } = visit;
  const isDark = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor === "rgb(14, 18, 21)");
  assertEquals(await isDark(), true);
  await page.getByRole("button", { name: "Light or dark" }).click();
  await visit.until(isDark, false);
  await page.reload();
  await visit.heading("overview");
  assertEquals(await isDark(), false);
  await page.keyboard.press("t");
  await visit.until(isDark, true);
  await visit.go("settings");
  await page.getByRole("button", { name: "This page" }).click();
  await page.getByRole("button", { name: "As the system" }).click();
  await page.emulateMedia({ colorScheme: "light" });
  await visit.until(isDark, false);
});

test("keys lead everywhere, and the focus is always to be seen", async () => {
  await using visit = await Visit.at("overview");
  const { page } = visit;
  for (const [i, view] of VIEWS.entries()) {
    await page.keyboard.press("g");
    await page.keyboard.press(view[0]!);
    await visit.heading(view);
    // It was there already the first time.
    if (i > 0) await visit.until(() => page.evaluate(() => document.activeElement?.tagName), "H1");
  }
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("1");
  await visit.heading("overview");
  await page.reload();
  await visit.heading("overview");
  await page.keyboard.press("Tab");
  assertEquals(await page.evaluate(() => document.activeElement?.textContent), "To the content");
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!);
      return document.activeElement!.matches(":focus-visible") && outlineStyle !== "none" && outlineWidth !== "0px";
    });
    assert(seen, await page.evaluate(() => document.activeElement!.outerHTML.slice(0, 200)));
  }
});

test("numbers and times are in the browser's language", async () => {
  await using german = await Visit.at("overview", { ...EYES.light, locale: "de-DE" });
  await german.see("812.004 since the start");
  await using american = await Visit.at("overview", { ...EYES.light, locale: "en-US" });
  await american.see(/It began to fail at \d{1,2}:\d\d:\d\d\s[AP]M/);
  assertEquals(await american.page.evaluate(() => document.documentElement.lang), "en");
});

test("on a phone no view scrolls sideways, and rows of tables are cards that still say what they are", async () => {
  await using visit = await Visit.at("overview", EYES.phone);
  const { page, program } = visit;
  program.rows.unshift(failedRow(7_000_000, program.nowAtMs), {
    ...failedRow(7_000_001, program.nowAtMs),
    name: "x".repeat(240),
  });
  for (const view of [...VIEWS, "explain?name=www.example.com&type=A"]) {
    await visit.go(view);
    await visit.until(() => page.locator(".waiting").count(), 0);
    assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 390, view);
  }
  await visit.go("queries");
  await visit.until(async () => (await visit.names()).length, 50);
  assertEquals(await page.getByRole("table").getByRole("row").count(), 51);
  assertEquals(await page.getByRole("row").nth(1).evaluate((element) => getComputedStyle(element).display), "grid");
});

test("text cannot be made into markup or code by whatever means", async () => {
  await using visit = await Visit.at("overview");
  const tried = await visit.page.evaluate(() => {
    const why = (act: () => void) => {
      try {
        act();
        return "done";
      } catch (error) {
        return (error as Error).name;
      }
    };
    return [
      why(() => document.body.insertAdjacentHTML("beforeend", "<b>x</b>")),
      why(() => Reflect.get(globalThis, "trustedTypes").createPolicy("default", {})),
    ];
  });
  assertEquals(tried, ["TypeError", "TypeError"]);
  // What was tried here is told by the browser, of course.
  assertEquals(visit.complaints.splice(0).every((text) => /Trusted/i.test(text)), true);
});

for (const [eyes, options] of Object.entries(EYES)) {
  test(`nothing keeps anybody from using it, says axe: ${eyes}, every view and dialog; pictures are left`, async () => {
    await using visit = await Visit.begin(options);
    const { page, program } = visit;
    program.rows.unshift({ ...failedRow(7_000_000, program.nowAtMs), name: HOSTILE_NAME });
    await judge(page, eyes, "login");
    await visit.logIn(TOKEN);
    for (const view of VIEWS) {
      await visit.go(view);
      await visit.until(() => page.locator(".waiting").count(), 0);
      await judge(page, eyes, view);
    }
    await visit.go("explain?name=telemetry.example.org&type=A");
    await visit.see('list "ads" line 48211');
    await judge(page, eyes, "explained");
    for (const part of ["Check a file", "Program", "This page"]) {
      await visit.go("settings");
      await page.getByRole("button", { name: part }).click();
      await judge(page, eyes, part.toLowerCase().replaceAll(" ", "-"));
    }
    const dialogs: readonly (readonly [view: string, open: (page: Page) => Promise<void>])[] = [
      ["queries", (page) => page.locator("table.rows tbody th button").first().click()],
      ["upstreams", (page) => page.getByRole("button", { name: "Leave out 9.9.9.9:53" }).click()],
      ["lists", (page) => page.getByRole("button", { name: "Pause" }).click()],
    ];
    for (const [view, open] of dialogs) {
      await visit.go(view);
      await open(page);
      await page.getByRole("dialog").waitFor();
      await visit.until(() => page.locator("dialog .waiting").count(), 0);
      await judge(page, eyes, `${view}-dialog`);
      await page.keyboard.press("Escape");
    }
    await program.stop();
    await page.getByRole("alert").getByText("The program does not answer.").waitFor();
    await judge(page, eyes, "gone");
    await program.start();
  });
}

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** Takes a picture, and has it judged. */
async function judge(page: Page, eyes: string, name: string): Promise<void> {
  await page.screenshot({
    path: new URL(`${eyes}-${name}.png`, PICTURES).pathname,
    fullPage: !name.endsWith("-dialog"),
  });
  // Half a megabyte: once for each document.
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe);
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } };
    return await axe.run({ resultTypes: ["violations"] });
  });
  assertEquals(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`), [], name);
}

async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
}
