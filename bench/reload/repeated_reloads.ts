import type { Reloading } from "./reloadable.ts";

/** Reloads again and again: each begins when it is due and the one before has ended. */
export class RepeatedReloads {
  count = 0;
  readonly #timer: ReturnType<typeof setInterval>;
  #running: Promise<void> | null = null;
  #error: unknown = null;

  constructor(reload: Reloading["reload"], everyMs: number) {
    this.#timer = setInterval(() => {
      if (this.#running !== null) return;
      this.#running = reload(++this.count).catch((error) => void (this.#error ??= error)).finally(() => {
        this.#running = null;
      });
    }, everyMs);
  }

  /** @throws what the first reload that failed has thrown. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    if (this.#error !== null) throw this.#error;
  }
}
