import { WAITING_OCTETS_MAX } from "../../limits.ts";

/** What the connections of one client, or all of them, have open and waiting. */
export class StreamTotals {
  /** Connections that are open. */
  connections = 0;
  /** Octets of queries and replies that wait on them. */
  octets = 0;
}

/**
 * Keeps account of the octets that wait on one connection, queries for their answers and replies for their reader, as a
 * part of what waits for its client and in all: who asks for much and reads nothing must not fill the memory.
 */
export class StreamAccount {
  readonly #client: StreamTotals;
  readonly #all: StreamTotals;
  #octets = 0;

  /** Adds what waits to the totals of the connection's client and to those of all. */
  constructor(client: StreamTotals, all: StreamTotals) {
    this.#client = client;
    this.#all = all;
  }

  /** Octets that wait on this connection. */
  get octets(): number {
    return this.#octets;
  }

  /** Whether so many octets more may wait on this connection. Where nothing waits there is always room. */
  hasRoomFor(octets: number): boolean {
    if (this.#octets === 0) return true;
    const { connection, client, all } = WAITING_OCTETS_MAX;
    return this.#octets + octets <= connection && this.#client.octets + octets <= client &&
      this.#all.octets + octets <= all;
  }

  /** So many octets more wait. */
  hold(octets: number): void {
    this.#octets += octets;
    this.#client.octets += octets;
    this.#all.octets += octets;
  }

  /** So many of them wait no more. */
  release(octets: number): void {
    this.hold(-octets);
  }

  /** Nothing waits on this connection any more. */
  clear(): void {
    this.release(this.#octets);
  }
}
