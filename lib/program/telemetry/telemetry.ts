import type { FullConfig } from "../../config/config.ts";
import type { Prepared } from "../../reload/reload_target.ts";
import type { Offers } from "./offers.ts";
import type { Part, PartContext, RunningPart } from "./part.ts";
import { PARTS } from "./parts.ts";

/** A part that runs, and what it goes by. */
interface Running {
  readonly part: RunningPart;
  readonly settings: string;
  readonly address: string | null;
}

/** What runs beside serving: each part while its settings say so. None of them is waited for by whoever is served. */
export class Telemetry {
  /** What the parts that are on have for others. */
  readonly offers: Offers = { history: null, queryLog: null };
  readonly #context: PartContext;
  readonly #parts: readonly Part[];
  readonly #running = new Map<Part, Running>();
  /** Changes are made one after the other. */
  #last: Promise<void> = Promise.resolve();
  #isStopped = false;

  /** Parts other than the usual ones are for tests. */
  constructor(context: Omit<PartContext, "offers">, parts: readonly Part[] = PARTS) {
    this.#context = { ...context, offers: this.offers };
    this.#parts = parts;
  }

  /**
   * Starts what is on. Nothing is left running if it rejects.
   *
   * @throws {ListenError} when a part needs an address that cannot be had.
   */
  async start(config: FullConfig): Promise<void> {
    try {
      for (const part of this.#parts) {
        const running = await this.#make(part, config);
        if (running !== null) this.#running.set(part, running);
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /**
   * Makes ready to follow another configuration: those that listen elsewhere then do so already. Whatever else fails when it is
   * followed is told to the operator, and costs nobody an answer.
   *
   * @throws {ListenError} when an address cannot be had; nothing has changed then.
   */
  async prepare(config: FullConfig): Promise<Prepared> {
    await this.#last;
    const made = new Map<Part, Running>();
    const abort = () => made.forEach(({ part }) => void part.stop());
    try {
      for (const part of this.#parts) {
        const address = part.address?.(config) ?? null;
        if (address === null || address === this.#running.get(part)?.address) continue;
        const running = await this.#make(part, config);
        if (running !== null) made.set(part, running);
      }
    } catch (error) {
      abort();
      throw error;
    }
    const commit = () => {
      if (this.#isStopped) return abort();
      this.#last = this.#last.then(async () => {
        for (const part of this.#parts) await this.#change(part, config, made.get(part) ?? null);
      });
    };
    return { commit, abort };
  }

  /** How the parts are doing, for the status; a line each. */
  get lines(): string[] {
    return [...this.#running.values()].flatMap(({ part }) => part.lines);
  }

  /** The program is about to stop, and answers meanwhile. */
  drain(): void {
    for (const { part } of this.#running.values()) part.drain?.();
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#last;
    const parts = [...this.#running.values()].reverse();
    this.#running.clear();
    for (const { part } of parts) await part.stop();
  }

  /** One that is on by the configuration; `null` when it is off. */
  async #make(part: Part, config: FullConfig): Promise<Running | null> {
    const settings = settingsText(part, config);
    if (settings === null || this.#isStopped) return null;
    const start = await part.load();
    return { part: await start(config, this.#context), settings, address: part.address?.(config) ?? null };
  }

  /** `made` takes the place of the one that runs; without it that one follows by itself, or another is made. */
  async #change(part: Part, config: FullConfig, made: Running | null): Promise<void> {
    const running = this.#running.get(part);
    const settings = settingsText(part, config);
    if (made === null && settings === (running?.settings ?? null)) return;
    try {
      if (made === null && running !== undefined && settings !== null && running.part.follow?.(config)) {
        this.#running.set(part, { ...running, settings });
        return;
      }
      this.#running.delete(part);
      if (made !== null) this.#running.set(part, made);
      await running?.part.stop();
      if (made !== null) return;
      const next = await this.#make(part, config);
      if (next !== null) this.#running.set(part, next);
    } catch (error) {
      this.#context.log.error(`${part.name}: ${error instanceof Error ? error.message : error}; going on without`);
    }
  }
}

function settingsText(part: Part, config: FullConfig): string | null {
  const settings = part.settings(config);
  return settings === null ? null : JSON.stringify(settings);
}
