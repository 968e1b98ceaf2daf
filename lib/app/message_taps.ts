import type { Clock } from "../base/runtime.ts";
import type { Tracing } from "../observe/tracing.ts";
import type { UpstreamTap, UpstreamTaps } from "../observe/upstream_tap.ts";
import type { SinkStatus } from "../operator/sink_status.ts";
import type { Observer, Server } from "../server/server.ts";
import type { Resources } from "./resources.ts";

/** Somebody who is shown messages as they are on the wire. */
export interface MessageTap {
  /** Is shown what clients ask and get; `null` for nobody. */
  readonly clients: Observer | null;
  /** Is shown what upstreams are asked and say; `null` for nobody. */
  readonly upstreams: UpstreamTap | null;
  /** How that goes. */
  readonly sink: SinkStatus;
}

/** Where messages can be looked at. */
export class MessageTaps {
  /** What the times go by that who looks is told. */
  readonly clock: Clock;
  readonly #server: Server;
  readonly #tracing: Tracing;
  readonly #upstreams: UpstreamTaps;
  #tap: MessageTap | null = null;

  /** Of `server`, and of those that use `resources`. */
  constructor(server: Server, { clock, taps: upstreams, tracing }: Pick<Resources, "clock" | "taps" | "tracing">) {
    this.clock = clock;
    this.#tracing = tracing;
    this.#server = server;
    this.#upstreams = upstreams;
  }

  /** Who looks, for the status. */
  get sinks(): readonly SinkStatus[] {
    return this.#tap === null ? [] : [this.#tap.sink];
  }

  /** Writes down what becomes of questions, and shows that to `observer` with their replies. Returns the function that ends it. */
  trace(observer: Observer): () => void {
    const end = this.#server.show(observer);
    this.#tracing.isOn = true;
    return () => {
      this.#tracing.isOn = false;
      end();
    };
  }

  /** Shows them to `tap` from now on; one may look at a time. Returns the function that ends it. */
  show(tap: MessageTap): () => void {
    const { clients, upstreams } = tap;
    this.#tap = tap;
    this.#upstreams.tap = upstreams;
    const end = clients === null ? () => {} : this.#server.show(clients);
    return () => {
      end();
      if (this.#tap !== tap) return;
      this.#tap = null;
      this.#upstreams.tap = null;
    };
  }
}
