import { type Browser, type BrowserContextOptions, chromium, type ConsoleMessage, type Page } from "playwright-core";
import { assert, assertEquals } from "@std/assert";
import { FakeProgram } from "./fake_program.ts";

/** Where a browser may be that playwright-core can drive. */
const EXECUTABLES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** What may go wrong on a crowded machine takes longer than this. */
const TIMEOUT_MS = 15_000;

export const EXECUTABLE = EXECUTABLES.find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

let browser: Promise<Browser> | null = null;

/** One browser for all tests: each has a profile of its own in it. */
function launched(): Promise<Browser> {
  // Containers have no namespaces for Chromium's sandbox, and it visits nothing but this project's own page.
  browser ??= chromium.launch({ executablePath: EXECUTABLE!, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = null;
}

/** What the eyes of visitors are like. */
export const EYES = {
  light: { colorScheme: "light", viewport: { width: 1360, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1360, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} satisfies Record<string, BrowserContextOptions>;

/** Somebody in front of the page, and the program behind it. */
export class Visit implements AsyncDisposable {
  readonly page: Page;
  readonly #program: FakeProgram | null;
  readonly #url: string | null;
  /** What the browser complains about: errors, violations of the policy. */
  readonly complaints: string[] = [];

  private constructor(page: Page, program: FakeProgram | string) {
    this.page = page;
    this.#program = typeof program === "string" ? null : program;
    this.#url = typeof program === "string" ? program : null;
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on("console", (message) => isComplaint(message) && this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(`${error}`));
    page.on("dialog", (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  }

  /** Begins at the login. */
  static async begin(options: BrowserContextOptions = EYES.light): Promise<Visit> {
    const visit = await Visit.#open(options);
    await visit.page.goto(visit.program.url);
    await visit.page.getByLabel("Token", { exact: true }).waitFor();
    return visit;
  }

  /** Begins behind the login, at a view. */
  static async at(
    view: string,
    options: BrowserContextOptions = EYES.light,
    scope: "admin" | "read" = "admin",
  ): Promise<Visit> {
    const visit = await Visit.#open(options);
    visit.program.admit(scope);
    await visit.go(view);
    return visit;
  }

  /** Begins at the login of a real program. */
  static async to(url: string, options: BrowserContextOptions = EYES.light): Promise<Visit> {
    const visit = await Visit.#open(options, url);
    await visit.page.goto(url);
    await visit.page.getByLabel("Token", { exact: true }).waitFor();
    return visit;
  }

  static async #open(options: BrowserContextOptions, url?: string): Promise<Visit> {
    const program = new FakeProgram();
    if (url === undefined) await program.start();
    const context = await (await launched()).newContext({ locale: "en-GB", timezoneId: "Europe/Berlin", ...options });
    return new Visit(await context.newPage(), url ?? program);
  }

  /** What is behind the page; not for a real program. */
  get program(): FakeProgram {
    assert(this.#program !== null);
    return this.#program;
  }

  async logIn(token: string): Promise<void> {
    await this.page.getByLabel("Token", { exact: true }).fill(token);
    await this.page.getByRole("button", { name: "Log in" }).click();
    await this.page.getByRole("navigation", { name: "Views" }).waitFor();
  }

  async go(view: string): Promise<void> {
    await this.page.goto(`${this.#url ?? this.program.url}#/${view}`);
    await this.heading(view);
  }

  /** Waits until something is there to be read. */
  async see(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** Waits until a fact about the page holds. */
  async until<T>(find: () => Promise<T>, expected: T): Promise<void> {
    const endsAt = Date.now() + TIMEOUT_MS;
    for (let found = await find(); !equal(found, expected); found = await find()) {
      if (Date.now() > endsAt) assertEquals(found, expected);
      await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
  }

  /** Names in the rows of the table of queries. */
  names(): Promise<string[]> {
    return this.page.locator("table.rows tbody th button").evaluateAll((buttons) => {
      return buttons.map((button) => button.firstChild?.textContent ?? "");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
    await this.#program?.stop();
    assertEquals(this.complaints, []);
  }

  async heading(view: string): Promise<void> {
    const [name = ""] = view.split("?");
    await this.page.getByRole("heading", { level: 1, name: new RegExp(`^${name}$`, "i") }).waitFor();
  }
}

/** A browser also tells of every answer that is none; these are part of the tests. */
function isComplaint(message: ConsoleMessage): boolean {
  if (/Failed to load resource|net::ERR_/.test(message.text())) return false;
  return message.type() === "error" || message.type() === "warning";
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
