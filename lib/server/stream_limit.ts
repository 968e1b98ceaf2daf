import { clientNetwork, ONE_CLIENT } from "../base/client_network.ts";
import type { Clock } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import { LineAMinute } from "../observe/line_a_minute.ts";
import type { Log } from "../observe/log.ts";
import type { Access } from "./access.ts";

/** Connections in all. Each needs a file descriptor, and 1,024 is the usual limit of those. */
export const CONNECTIONS_MAX = 500;
/** Connections of one client: one greedy client leaves room for others (RFC 7766 §6.2.2, RFC 9210 §5.2). */
export const CONNECTIONS_PER_CLIENT_MAX = 100;
/** Who may not ask is told so, however many addresses it has: on no more connections than one client gets. */
const STRANGERS = "strangers";

/** What a limit is made from. */
export interface StreamLimitOptions {
  /** Knows strangers. */
  readonly access: Access;
  /** Times the warnings. */
  readonly clock: Clock;
  /** Where it is counted. */
  readonly counters: Counters;
  /** Gets a warning a minute while connections are closed. */
  readonly log: Log;
}

/** Counts the clients' TCP connections on all listeners, and knows when there are too many, in all or of one client. */
export class StreamLimit {
  readonly #options: StreamLimitOptions;
  readonly #warnings: LineAMinute;
  readonly #counts = new Map<string, number>();
  #count = 0;

  /** See {@linkcode StreamLimitOptions}. */
  constructor(options: StreamLimitOptions) {
    const { clock, log } = options;
    this.#options = options;
    this.#warnings = new LineAMinute(clock, (line) => log.warn(line));
  }

  /** Counts a connection with this IP address in. Returns what counts it out again, or `null` when there is no room. */
  enter(hostname: string): (() => void) | null {
    const { access, counters } = this.#options;
    const client = access.allows(hostname) ? clientNetwork(hostname, ONE_CLIENT) : STRANGERS;
    const ofClient = this.#counts.get(client) ?? 0;
    if (this.#count >= CONNECTIONS_MAX || ofClient >= CONNECTIONS_PER_CLIENT_MAX) {
      counters.connectionsRefused++;
      this.#warnings.note((count) => {
        return `closed a TCP connection of ${hostname}, there are ${this.#count} in all and ${ofClient} of ` +
          `${client === STRANGERS ? "clients outside of --allow" : "this client"} (${count} closed so far)`;
      });
      return null;
    }
    counters.connections++;
    this.#count++;
    this.#counts.set(client, ofClient + 1);
    return () => this.#leave(client);
  }

  #leave(client: string): void {
    const ofClient = this.#counts.get(client)! - 1;
    this.#count--;
    if (ofClient === 0) this.#counts.delete(client);
    else this.#counts.set(client, ofClient);
  }
}
