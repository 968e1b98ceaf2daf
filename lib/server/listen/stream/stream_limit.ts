import { LineAMinute } from "../../../observe/line_a_minute.ts";
import type { Client } from "../../../resolver/client.ts";
import type { Access } from "../../admission/access.ts";
import { connectionsOfClientMax } from "../../limits.ts";
import { StreamAccount, StreamTotals } from "./stream_account.ts";
import type { Services } from "../../../observe/services.ts";

/** Who may not ask is told so, however many addresses it has: on no more connections than one client gets. */
const STRANGERS = "strangers";

/** What a limit is made from. */
export interface StreamLimitOptions extends Pick<Services, "clock" | "counters" | "log"> {
  /** Knows strangers. */
  readonly access: Access;
  /** Connections at the same time. */
  readonly connectionsMax: number;
}

/** A connection that was let in. */
export interface Admittance {
  /** What may wait on it. */
  readonly account: StreamAccount;
  /** To be called once, when it has ended and nothing waits on it any more. */
  leave(): void;
}

/**
 * Counts the clients' connections on all listeners and what waits on them, and knows when there are too many, in all or
 * of one client.
 */
export class StreamLimit {
  readonly #options: StreamLimitOptions;
  readonly #warnings: LineAMinute;
  readonly #clients = new Map<string, StreamTotals>();
  readonly #all = new StreamTotals();
  #access: Access;
  #connectionsMax: number;

  /** See {@linkcode StreamLimitOptions}. */
  constructor(options: StreamLimitOptions) {
    const { clock, log } = options;
    this.#options = options;
    this.#access = options.access;
    this.#connectionsMax = options.connectionsMax;
    this.#warnings = new LineAMinute(clock, (line) => log.warn(line));
  }

  /** Lets another `access` say who is a stranger, and how many there may be, of the connections that come from now on. */
  use(access: Access, connectionsMax: number): void {
    this.#access = access;
    this.#connectionsMax = connectionsMax;
  }

  /** Octets of queries and replies that wait on all connections. */
  get waitingOctets(): number {
    return this.#all.octets;
  }

  /** Counts a connection of this client in; `null` when there is no room for it. */
  enter(client: Client): Admittance | null {
    const { counters } = this.#options;
    const host = this.#access.allows(client) ? client.host : STRANGERS;
    const all = this.#all;
    const totals = this.#clients.get(host) ?? new StreamTotals();
    const most = this.#connectionsMax;
    if (all.connections >= most || totals.connections >= connectionsOfClientMax(most)) {
      counters.connectionsRefused++;
      this.#warnings.note((count) => {
        return `closed a connection of ${client.hostname}, there are ${all.connections} in all and ${totals.connections} ` +
          `of ${host === STRANGERS ? "clients outside of --allow" : "this client"} (${count} closed so far)`;
      });
      return null;
    }
    counters.connections++;
    all.connections++;
    totals.connections++;
    this.#clients.set(host, totals);
    return { account: new StreamAccount(totals, all), leave: () => this.#leave(host, totals) };
  }

  #leave(host: string, totals: StreamTotals): void {
    this.#all.connections--;
    totals.connections--;
    if (totals.connections === 0) this.#clients.delete(host);
  }
}
