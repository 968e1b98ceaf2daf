import type { Clock } from "../../base/runtime.ts";
import { Exposition, type Format } from "./exposition.ts";
import type { Snapshot } from "./metric.ts";
import { METRICS } from "./metrics.ts";

/** Who asks so soon after another gets the same: a hundred readers a second cost no more than ten. */
const SHARED_MS = 100;

/** What is told of all metrics, made when somebody asks. */
export class SharedRendering {
  readonly #clock: Clock;
  readonly #look: () => Promise<Snapshot>;
  readonly #expositions = {
    text: new Exposition(METRICS, "text"),
    openMetrics: new Exposition(METRICS, "openMetrics"),
  };
  readonly #last = new Map<Format, { readonly atMs: number; readonly text: Promise<string> }>();

  /** `look` says how everything is. */
  constructor({ clock, look }: { readonly clock: Clock; readonly look: () => Promise<Snapshot> }) {
    this.#clock = clock;
    this.#look = look;
  }

  /** All metrics. */
  metrics(format: Format): Promise<string> {
    const nowMs = this.#clock.nowMs();
    const last = this.#last.get(format);
    if (last !== undefined && nowMs - last.atMs < SHARED_MS) return last.text;
    const text = this.#look().then((snapshot) => this.#expositions[format].render(snapshot));
    this.#last.set(format, { atMs: nowMs, text });
    // What has failed is not given to the next.
    text.catch(() => this.#last.delete(format));
    return text;
  }
}
