import type { Clock } from "../../base/runtime.ts";
import { AdminError } from "../../operator/admin/admin_error.ts";
import type { UpstreamsAnswer } from "../../web/api/answers.ts";
import type { ExplainWish } from "./keys.ts";
import { NO_DATA, secondsSince, type TopData, withLive, withSeries } from "./top_data.ts";
import type { TopSource } from "./top_source.ts";

/** What takes more to find out is asked for this often. */
const SLOW_MS = 3000;
/** What upstreams have done is told for so long. */
const WINDOW_MS = 60_000;

/** What a feed is made from. */
export interface TopFeedOptions {
  /** Who is asked. */
  readonly source: TopSource;
  /** What the time is read from. */
  readonly clock: Clock;
  /** What queries are wanted at first. */
  readonly filter: string;
}

/** Keeps what the running program says, as new as it is asked for. */
export class TopFeed {
  readonly #source: TopSource;
  readonly #clock: Clock;
  #filter: string;
  #data: TopData = NO_DATA;
  #slowAtMs = -Infinity;
  #past: { readonly atMs: number; readonly upstreams: UpstreamsAnswer }[] = [];

  /** See {@linkcode TopFeedOptions}. */
  constructor({ source, clock, filter }: TopFeedOptions) {
    this.#source = source;
    this.#clock = clock;
    this.#filter = filter;
  }

  /** All that is known. */
  get data(): TopData {
    return this.#data;
  }

  /** The first look: what has been before. Rejects when nobody answers. */
  async begin(): Promise<void> {
    this.#data = withSeries(this.#data, await this.#source.series());
    await this.#search();
    await this.look();
  }

  /**
   * What is new. Rejects when nobody answers.
   *
   * @param isWhole Whether all else is to be as new.
   */
  async look(isWhole = false): Promise<void> {
    const filter = this.#filter;
    const live = await this.#source.live(this.#data.live?.cursor ?? null, filter);
    // Meanwhile somebody may want others.
    if (filter !== this.#filter) return;
    // Who looks less often than once a second is told of one second of several.
    if (secondsSince(this.#data, live) > 1) this.#data = withSeries(this.#data, await this.#source.series());
    this.#data = withLive(this.#data, live);
    if (isWhole || this.#clock.nowMs() - this.#slowAtMs >= SLOW_MS) await this.#lookAtAll();
  }

  /** Other queries are wanted from now on. */
  async use(filter: string): Promise<void> {
    this.#filter = filter;
    await this.#search();
  }

  /** Finds out why. Never rejects: why not is as good. */
  async explain(wish: ExplainWish): Promise<void> {
    this.#data = { ...this.#data, explained: null };
    try {
      this.#data = { ...this.#data, explained: await this.#source.explain(wish) };
    } catch (error) {
      this.#data = { ...this.#data, explained: error instanceof Error ? error.message : `${error}` };
    }
  }

  /** Nobody has answered. */
  failed(text: string): void {
    // After a new start of the program there is nothing left of where it was read to.
    this.#data = { ...this.#data, live: null, failure: text };
  }

  async #search(): Promise<void> {
    const filter = this.#filter;
    try {
      const { rows } = await this.#source.queries(filter);
      if (filter === this.#filter) this.#data = { ...this.#data, rows };
    } catch (error) {
      // A filter that is none: the program goes on.
      if (!(error instanceof AdminError) || filter === "") throw error;
      this.#data = { ...this.#data, failure: error.message };
    }
  }

  async #lookAtAll(): Promise<void> {
    const source = this.#source;
    const nowMs = this.#slowAtMs = this.#clock.nowMs();
    const status = await source.status();
    const upstreams = await source.upstreams();
    const [names, clients, blocked] = [
      await source.top("name"),
      await source.top("client"),
      await source.top("blocked"),
    ];
    this.#past = [...this.#past.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS), { atMs: nowMs, upstreams }];
    const upstreamsBefore = this.#past[0]!.upstreams;
    this.#data = { ...this.#data, status, upstreams, upstreamsBefore, names, clients, blocked };
  }
}
