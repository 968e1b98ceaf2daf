import type { App } from "../../../app/app.ts";
import { QueryTraces } from "../../../app/query_traces.ts";
import type { Runtime } from "../../../base/runtime.ts";
import type { FullConfig } from "../../../config/config.ts";
import type { QueryTrace } from "../../../observe/query_trace.ts";

/** Has what becomes of questions written down while a configuration says so; in each process that serves. */
export class TraceSource {
  readonly #taps: App["taps"];
  readonly #runtime: Pick<Runtime, "wallClock" | "random">;
  readonly #take: (trace: QueryTrace) => void;
  #sample = 0;
  #end = () => {};

  /** Off, until `follow`; `take` gets the traces. */
  constructor(
    { taps }: Pick<App, "taps">,
    runtime: Pick<Runtime, "wallClock" | "random">,
    take: (trace: QueryTrace) => void,
  ) {
    this.#taps = taps;
    this.#runtime = runtime;
    this.#take = take;
  }

  /** Begins, goes on or ends as a configuration says. */
  follow({ otlpEndpoint, otlpSample }: FullConfig): void {
    const sample = otlpEndpoint === null ? 0 : otlpSample;
    if (sample === this.#sample) return;
    this.#sample = sample;
    this.#end();
    this.#end = () => {};
    if (sample === 0) return;
    const { clock } = this.#taps;
    this.#end = this.#taps.trace(new QueryTraces({ ...this.#runtime, clock, sample, take: this.#take }));
  }
}
