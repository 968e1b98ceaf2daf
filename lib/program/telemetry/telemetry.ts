import type { FullConfig } from "../../config/config.ts";
import type { Offers, Part, PartContext, RunningPart } from "./part.ts";
import { PARTS } from "./parts.ts";

/** What runs beside serving: each part while its settings say so. None of them is waited for by whoever is served. */
export class Telemetry {
  /** What the parts that are on have for others. */
  readonly offers: Offers = { history: null };
  readonly #context: PartContext;
  readonly #parts: readonly Part[];
  readonly #running = new Map<Part, { readonly part: RunningPart; readonly settings: string }>();
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
      for (const part of this.#parts) await this.#begin(part, config);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Follows another configuration. What fails is told to the operator, and costs nobody an answer. */
  follow(config: FullConfig): void {
    this.#last = this.#last.then(async () => {
      for (const part of this.#parts) await this.#change(part, config);
    });
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

  async #begin(part: Part, config: FullConfig): Promise<void> {
    const settings = settingsText(part, config);
    if (settings === null || this.#isStopped) return;
    const start = await part.load();
    this.#running.set(part, { part: await start(config, this.#context), settings });
  }

  async #change(part: Part, config: FullConfig): Promise<void> {
    const running = this.#running.get(part);
    const settings = settingsText(part, config);
    if (this.#isStopped || settings === (running?.settings ?? null)) return;
    try {
      if (running !== undefined && settings !== null && running.part.follow?.(config)) {
        this.#running.set(part, { ...running, settings });
        return;
      }
      this.#running.delete(part);
      await running?.part.stop();
      await this.#begin(part, config);
    } catch (error) {
      this.#context.log.error(`${part.name}: ${error instanceof Error ? error.message : error}; going on without`);
    }
  }
}

function settingsText(part: Part, config: FullConfig): string | null {
  const settings = part.settings(config);
  return settings === null ? null : JSON.stringify(settings);
}
