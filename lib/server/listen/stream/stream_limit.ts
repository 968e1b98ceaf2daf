import { LineAMinute } from "../../../observe/line_a_minute.ts";
import type { Client } from "../../../resolver/client.ts";
import type { Access } from "../../admission/access.ts";
import { connectionsOfClientMax } from "../../limits.ts";
import { type Resident, Residents } from "./residents.ts";
import { StreamAccount, StreamTotals } from "./stream_account.ts";
import type { Services } from "../../../observe/services.ts";

/** Who may not ask is told so, however many addresses it has: on no more connections than one client gets. */
const STRANGERS = "strangers";

/** A connection is not ended for another one before it has been idle for so long: a handshake and a query behind it take less. */
const IDLE_MS = 1000;
/** Clients among whom one is looked for whose connection is ended for that of another client: who is turned away costs little. */
const CLIENTS_LOOKED_AT = 64;

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
  /** Says who serves it. To be called at once. */
  serve(resident: Resident): void;
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
  readonly #clients = new Map<string, Residents>();
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

  /**
   * Counts a connection of this client in; `null` when there is no room for it. Room is made by ending the connection that has
   * been idle for the longest time (RFC 7766 §6.2.3): first among the client's own, whose other programs and hosts may have
   * left them; else, if there are too many in all, among those of others.
   */
  enter(client: Client): Admittance | null {
    const { counters } = this.#options;
    const host = this.#access.allows(client) ? client.host : STRANGERS;
    const residents = this.#clients.get(host) ?? new Residents();
    const { totals } = residents;
    const all = this.#all;
    if (!this.#hasRoomFor(residents)) {
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
    this.#clients.set(host, residents);
    return this.#admit(host, residents);
  }

  #admit(host: string, residents: Residents): Admittance {
    let resident: Resident | null = null;
    let isIn = true;
    const leave = () => {
      if (!isIn) return;
      isIn = false;
      this.#all.connections--;
      residents.totals.connections--;
      if (resident !== null) residents.leave(resident);
      if (residents.totals.connections === 0) this.#clients.delete(host);
    };
    const serve = (served: Resident) => residents.enter(resident = served, leave);
    return { account: new StreamAccount(residents.totals, this.#all), serve, leave };
  }

  #hasRoomFor(residents: Residents): boolean {
    const most = this.#connectionsMax;
    if (residents.totals.connections >= connectionsOfClientMax(most) && !this.#endOneOf([residents])) return false;
    if (this.#all.connections < most) return true;
    return this.#endOneOf([residents]) || this.#endOneOf(this.#clients.values().take(CLIENTS_LOOKED_AT));
  }

  /** Ends the longest idle connection of these clients, if there is one that is idle. */
  #endOneOf(clients: Iterable<Residents>): boolean {
    let [found, owner]: [Resident | null, Residents | null] = [null, null];
    let untilMs = this.#options.clock.nowMs() - IDLE_MS;
    for (const residents of clients) {
      const idle = residents.longestIdle(untilMs);
      // The first of several: that client has been here longer.
      if (idle === null || (found !== null && idle.idleSinceMs === untilMs)) continue;
      [found, owner, untilMs] = [idle, residents, idle.idleSinceMs];
    }
    if (found === null) return false;
    this.#options.counters.connectionsGivenUp++;
    owner!.end(found);
    return true;
  }
}
