/**
 * The page in front of the real program, in a real browser: what one says is what the other understands. `deno task test:page` runs it
 * behind `page.ts`.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { ChildProgram, ROOT } from "../end_to_end/child_program.ts";
import { courseResolver } from "../end_to_end/course_resolver.ts";
import { UdpClient } from "../end_to_end/udp_client.ts";
import { UdpServer } from "../end_to_end/udp_server.ts";
import { question, wire } from "../support/messages.ts";
import { closeBrowser, EXECUTABLE, EYES, Visit } from "./browser.ts";

Deno.test.afterAll(closeBrowser);

/** The program with a page, a list, and two upstreams, the second of which is silent. */
class House implements AsyncDisposable {
  readonly #quick = new UdpServer(({ octets }) => courseResolver(octets));
  readonly #silent = new UdpServer(() => null);
  readonly #folder = Deno.makeTempDirSync({ prefix: "dns-forwarder-page-" });
  readonly #program: ChildProgram;

  constructor() {
    Deno.writeTextFileSync(`${this.#folder}/ads.txt`, "0.0.0.0 ads.example.org\n");
    const servers = [this.#quick, this.#silent].map(({ address }) => `"${formatSocketAddress(address)}"`);
    Deno.writeTextFileSync(
      this.file,
      `[server]
listen = ["127.0.0.1:0"]
state-dir = "${this.#folder}/state"
[upstreams.default]
servers = [${servers.join(", ")}]
[lists.ads]
sources = ["${this.#folder}/ads.txt"]
[clients.default]
block = ["ads"]
[admin]
listen = "127.0.0.1:0"
token-file = "${this.#folder}/tokens"
`,
    );
    const may = ["--allow-net", `--allow-read=${this.#folder},${ROOT}`, `--allow-write=${this.#folder}`];
    const run = [Deno.execPath(), "run", "--no-prompt", ...may, `${ROOT}/main.ts`, "--config", this.file];
    this.#program = new ChildProgram(run);
  }

  get file(): string {
    return `${this.#folder}/config.toml`;
  }

  async url(): Promise<string> {
    return /http:\S+?\/(?=;)/.exec(await this.#program.line(/the page is at http/))![0];
  }

  get token(): string {
    return /^first admin (\S+)$/m.exec(Deno.readTextFileSync(`${this.#folder}/tokens`))![1]!;
  }

  async ask(name: string): Promise<void> {
    using client = new UdpClient(await this.#program.address());
    await client.ask(wire({ id: 0x1234, recursionDesired: true, questions: [question(name)] }));
  }

  /** Waits for a line for the operator. */
  async told(pattern: RegExp): Promise<void> {
    await this.#program.line(pattern);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    await this.#quick[Symbol.asyncDispose]();
    await this.#silent[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

Deno.test({
  name: "somebody who has just installed it sees it work, finds out why a name is blocked, and lets it through",
  ignore: EXECUTABLE === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using house = new House();
    await using visit = await Visit.to(await house.url());
    const { page } = visit;
    await house.told(/lists are ready: 1 name/);
    await visit.logIn(house.token);
    await visit.see(/dig @127\.0\.0\.1 -p \d+ example\.org/);
    await visit.see("2 of 2 upstreams up");
    await visit.go("queries");
    await visit.see("No queries yet.");
    await house.ask("codecrafters.io");
    await house.ask("ads.example.org");
    await visit.until(() => visit.names(), ["ads.example.org", "codecrafters.io"]);
    await page.getByRole("button", { name: "ads.example.org" }).click();
    await visit.see("blocked by list ads, line 1");
    await page.keyboard.press("Escape");
    await visit.go("lists");
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause", exact: true }).click();
    await visit.see("Blocking is paused for another 30 mins");
    await visit.go("explain?name=ads.example.org&type=A");
    await page.getByRole("heading", { name: "Upstream", exact: true }).waitFor();
    assertEquals(await page.getByText("blocked by list ads").count(), 0);
    await visit.go("overview");
    const blocked = page.getByRole("region", { name: "Most blocked names" });
    assertMatch((await blocked.getByRole("link").first().textContent())!, /ads\.example\.org.*1/);
  },
});

Deno.test({
  name:
    "every view has what the real program says, on a phone as well; an upstream is left out, a file checked and read again",
  ignore: EXECUTABLE === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using house = new House();
    await using visit = await Visit.to(await house.url(), EYES.phone);
    const { page } = visit;
    await visit.logIn(house.token);
    for (const view of ["overview", "queries", "upstreams", "lists", "settings", "explain"]) {
      await visit.go(view);
      await visit.until(() => page.locator(".waiting").count(), 0);
      assertEquals(await page.getByRole("alert").count(), 0, view);
      assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 390, view);
    }
    await visit.go("upstreams");
    await page.getByRole("button", { name: /^Leave out/ }).last().click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave out" }).click();
    await visit.see("left out by hand for another 30 mins");
    await visit.see("1 of 2 upstreams up");
    await page.getByRole("button", { name: /^Take back/ }).click();
    await visit.see("2 of 2 upstreams up");
    await visit.go("settings?part=check");
    await page.getByLabel("The file’s text").fill("[server]\nlistn = []\n");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await visit.see(/did you mean "?listen/i);
    Deno.writeTextFileSync(house.file, `${Deno.readTextFileSync(house.file)}[cache]\nmax-ttl = "2h"\n`);
    await page.getByRole("button", { name: "Reload" }).click();
    await visit.see(/cache\.max-ttl/);
    await visit.go("settings");
    await page.getByLabel("Search settings").fill("cache.max-ttl");
    assert(await page.getByText(`${house.file}:`).first().isVisible());
  },
});
