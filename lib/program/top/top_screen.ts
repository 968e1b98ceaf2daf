import type { Runtime } from "../../base/runtime.ts";
import type { Key, Terminal } from "../../base/terminal.ts";
import { AdminError } from "../../operator/admin/admin_error.ts";
import { UnreachableError } from "../../operator/admin/ask_program.ts";
import { EXIT } from "../exit_codes.ts";
import { press, type Pressed } from "./keys.ts";
import { queryRows, rowCount } from "./orders.ts";
import type { TopData } from "./top_data.ts";
import type { TopFeed } from "./top_feed.ts";
import { FIRST_VIEW, type TopView } from "./top_view.ts";
import { paint, type Painted } from "./view/paint.ts";
import { render } from "./view/render.ts";

/** What a screen is made from. */
export interface TopScreenOptions {
  /** Where it is shown. */
  readonly terminal: Terminal;
  /** What is shown. */
  readonly feed: TopFeed;
  /** The world outside. */
  readonly runtime: Pick<Runtime, "clock" | "timers">;
  /** Resolves when the program shall stop. */
  readonly stop: Promise<unknown>;
  /** What queries are wanted at first. */
  readonly filter: string;
  /** From one look to the next. */
  readonly intervalMs: number;
}

/** The terminal, taken until somebody has seen enough. */
export class TopScreen {
  readonly #options: TopScreenOptions;
  readonly #over = Promise.withResolvers<void>();
  #view: TopView;
  /** What was there when it was told to stay. */
  #still: TopData | null = null;
  #painted: Painted = [];
  #isOver = false;
  #cancel = () => {};
  #askedAtMs: number | null = null;
  /** Which query is selected, as long as it is not just the newest one: others may come before it. */
  #selectedId: string | null = null;

  /** See {@linkcode TopScreenOptions}. */
  constructor(options: TopScreenOptions) {
    this.#options = options;
    this.#view = { ...FIRST_VIEW, filter: options.filter };
  }

  /** Shows it. Resolves to the exit code; the terminal is as it was before, whatever happens. Rejects when nobody answers at first. */
  async run(): Promise<number> {
    const { terminal, feed, stop } = this.#options;
    // Before the screen is taken: what is wrong is told where it can be read afterwards.
    await feed.begin();
    stop.then(() => this.#end());
    const release = terminal.takeScreen({
      onKey: (key) => this.#press(key),
      onChange: () => this.#draw(true),
    });
    try {
      this.#draw(true);
      this.#wait();
      await this.#over.promise;
      return EXIT.ok;
    } finally {
      this.#isOver = true;
      this.#cancel();
      release();
    }
  }

  #end(): void {
    this.#over.resolve();
  }

  #wait(): void {
    const { runtime: { timers }, intervalMs } = this.#options;
    if (this.#isOver) return;
    this.#cancel = timers.start(intervalMs, () => {
      this.#wait();
      if (this.#askedAtMs === null) this.#look();
      else this.#complainOfSilence(this.#askedAtMs);
      this.#draw();
    });
  }

  /** One look at a time. */
  async #look(): Promise<void> {
    const { feed, runtime: { clock } } = this.#options;
    this.#askedAtMs = clock.nowMs();
    await this.#ask(() => feed.look());
    this.#askedAtMs = null;
    this.#draw();
  }

  #complainOfSilence(sinceMs: number): void {
    const { feed, runtime: { clock } } = this.#options;
    const seconds = Math.floor((clock.nowMs() - sinceMs) / 1000);
    if (seconds >= 2) feed.failed(`no answer for ${seconds} s`);
  }

  async #ask(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof UnreachableError || error instanceof AdminError)) {
        // A fault of ours ends it, and the terminal is given back first.
        return this.#over.reject(error);
      }
      this.#options.feed.failed(`${error.message}; trying again`);
    }
  }

  #press(key: Key): void {
    const { feed } = this.#options;
    const wasPaused = this.#view.isPaused;
    const { view, wish }: Pressed = press(this.#view, key, this.#data);
    this.#view = view;
    const isOfQueries = view.screen === "queries" || view.screen === "overview";
    this.#selectedId = isOfQueries && view.selected > 0 ? queryRows(this.#data, view)[view.selected]?.id ?? null : null;
    if (view.isPaused !== wasPaused) this.#still = view.isPaused ? feed.data : null;
    if (wish === "quit") return this.#end();
    if (wish === "filter") this.#do(() => feed.use(view.filter));
    else if (wish !== null && wish !== "draw") this.#do(() => feed.explain(wish.explain));
    this.#draw(wish === "draw");
  }

  /** Shows it when it is done, also where all else stays as it is. */
  async #do(ask: () => Promise<void>): Promise<void> {
    await this.#ask(ask);
    const { explained, rows } = this.#options.feed.data;
    if (this.#still !== null) this.#still = { ...this.#still, explained, rows };
    this.#draw();
  }

  get #data(): TopData {
    return this.#still ?? this.#options.feed.data;
  }

  /** A fault of ours ends it: the terminal is given back first, and then the fault is told. */
  #draw(isAnew = false): void {
    if (this.#isOver) return;
    try {
      this.#show(isAnew);
    } catch (error) {
      this.#over.reject(error);
    }
  }

  #show(isAnew: boolean): void {
    const { terminal } = this.#options;
    const data = this.#data;
    const found = queryRows(data, this.#view).findIndex(({ id }) => id === this.#selectedId);
    const wanted = found === -1 ? this.#view.selected : found;
    const selected = Math.max(0, Math.min(wanted, rowCount(data, this.#view) - 1));
    this.#view = { ...this.#view, selected };
    const { text, painted } = paint(
      isAnew ? [] : this.#painted,
      render(data, this.#view, terminal.size),
      terminal.hasColor,
    );
    this.#painted = painted;
    if (text !== "") terminal.write(text);
  }
}
