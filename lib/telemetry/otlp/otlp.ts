import type { Clock, RandomSource } from "../../base/runtime.ts";
import { LineAMinute } from "../../observe/line_a_minute.ts";
import type { Log } from "../../observe/log.ts";
import type { QueryTrace } from "../../observe/query_trace.ts";
import type { SinkStatus } from "../../operator/sink_status.ts";
import type { Metric, Snapshot } from "../metrics/metric.ts";
import { Post, PostError, type PostOptions } from "../post.ts";
import { metricsMessage } from "./metrics_message.ts";
import { tracesMessage } from "./traces_message.ts";

/** How often metrics are sent. */
export const METRICS_MS = 15_000;
/** How often traces are sent, if there are any. */
export const TRACES_MS = 5000;
/** Traces that wait at most; of others it is only counted that there were some. */
export const TRACES_MAX = 512;
/** At the end, what is still to be sent may take so long. */
export const FAREWELL_MS = 2000;
/** Traces that go together. */
const BATCH_MAX = 128;

/** What it is made from. */
export interface OtlpOptions extends PostOptions {
  /** Where a collector is; `v1/metrics` and `v1/traces` stand behind it. */
  readonly endpoint: string;
  /** Who sends. */
  readonly resource: Readonly<Record<string, string>>;
  /** What is told. */
  readonly metrics: readonly Metric[];
  /** Reads the numbers. */
  readonly look: () => Promise<Snapshot>;
  /** What the time is read from. */
  readonly clock: Clock;
  /** Where the IDs of traces come from. */
  readonly random: RandomSource;
  /** Where the operator reads. */
  readonly log: Pick<Log, "info" | "warn">;
}

/**
 * Sends numbers and traces to a collector of OpenTelemetry (OTLP over HTTP). Nobody waits for it: numbers that cannot be sent are
 * in the next ones; of traces so many wait, and the others are lost, and counted.
 */
export class Otlp {
  readonly #options: OtlpOptions;
  readonly #metrics: Post;
  readonly #spans: Post;
  readonly #failures: LineAMinute;
  readonly #stop = new AbortController();
  #traces: QueryTrace[] = [];
  #isStopping = false;
  #sending: Promise<void> = Promise.resolve();
  #isTold = false;
  #metricsDueMs: number;
  /** Until when the collector wants to be left alone. */
  #quietUntilMs = -Infinity;
  #cancel = () => {};
  #sentCount = 0;
  #droppedCount = 0;

  /** Begins at once. See {@linkcode OtlpOptions}. */
  constructor(options: OtlpOptions) {
    this.#options = options;
    const { clock, log, endpoint } = options;
    const base = endpoint.replace(/\/$/, "");
    this.#metrics = new Post(`${base}/v1/metrics`, options);
    this.#spans = new Post(`${base}/v1/traces`, options);
    this.#failures = new LineAMinute(clock, (line) => log.warn(line));
    this.#metricsDueMs = clock.nowMs() + METRICS_MS;
    this.#wait();
  }

  /** How it is doing: messages to the collector with numbers, and traces. */
  get sink(): SinkStatus {
    return { name: "otlp", recordCount: this.#sentCount, droppedCount: this.#droppedCount };
  }

  /** Takes a trace to be sent. */
  take(trace: QueryTrace): void {
    if (this.#traces.length < TRACES_MAX) this.#traces.push(trace);
    else this.#droppedCount++;
  }

  /** Sends what there is to be sent, once more, and ends; within `FAREWELL_MS`. */
  async stop(): Promise<void> {
    this.#cancel();
    this.#isStopping = true;
    const cancel = this.#options.timers.start(FAREWELL_MS, () => this.#stop.abort());
    await this.#sending;
    if (!this.#isTold) await this.#sendAll(true);
    this.#stop.abort();
    cancel();
  }

  #wait(): void {
    if (this.#isStopping) return;
    this.#cancel = this.#options.timers.start(TRACES_MS, () => {
      this.#sending = this.#turn();
    });
  }

  async #turn(): Promise<void> {
    const { clock } = this.#options;
    if (clock.nowMs() >= this.#quietUntilMs) await this.#sendAll(clock.nowMs() >= this.#metricsDueMs);
    this.#wait();
  }

  async #sendAll(withMetrics: boolean): Promise<void> {
    try {
      if (withMetrics) await this.#sendMetrics();
      while (this.#traces.length > 0) await this.#sendTraces();
      if (this.#isTold) this.#options.log.info(`otlp: ${this.#options.endpoint} takes what it is sent again`);
      this.#isTold = false;
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#isTold = true;
      this.#failures.note((count) => {
        const text = error instanceof Error ? error.message : error;
        return `otlp: ${this.#options.endpoint} is told nothing: ${text} (${count} so far)`;
      });
      if (error instanceof PostError) this.#quietUntilMs = this.#options.clock.nowMs() + 1000 * error.retryAfterSeconds;
    }
  }

  async #sendMetrics(): Promise<void> {
    const { clock, resource, metrics, look } = this.#options;
    this.#metricsDueMs = clock.nowMs() + METRICS_MS;
    const content = metricsMessage(resource, metrics, await look());
    try {
      await this.#send(this.#metrics, content);
      this.#sentCount++;
    } catch (error) {
      this.#droppedCount++;
      throw error;
    }
  }

  async #sendTraces(): Promise<void> {
    const batch = this.#traces.slice(0, BATCH_MAX);
    const { resource, random } = this.#options;
    try {
      await this.#send(this.#spans, tracesMessage(resource, batch, random));
      this.#sentCount += batch.length;
    } catch (error) {
      if (!(error instanceof PostError && error.isFinal)) throw error;
      // They would be refused again.
      this.#droppedCount += batch.length;
      this.#traces = this.#traces.slice(batch.length);
      throw error;
    }
    this.#traces = this.#traces.slice(batch.length);
  }

  #send(post: Post, body: Uint8Array<ArrayBuffer>): Promise<void> {
    return post.send({ type: "application/x-protobuf", body }, this.#stop.signal);
  }
}
