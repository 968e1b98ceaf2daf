import type { Network, StreamSocket, Timers } from "../../base/runtime.ts";
import { DialError, familiesInTurn, firstConnected } from "../../base/sockets/dial_race.ts";
import { FetchError } from "./fetch_error.ts";

/** What connections are made with. */
export interface DialOptions {
  /** Where they come from. */
  readonly network: Pick<Network, "connectStream">;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Connects to the first of several addresses that answers; see `firstConnected`.
 *
 * @throws {FetchError} when none of them can be reached.
 */
export async function dial(addresses: readonly string[], port: number, options: DialOptions): Promise<StreamSocket> {
  const { network, timers, signal } = options;
  try {
    return await firstConnected(familiesInTurn(addresses), {
      timers,
      signal,
      connect: (hostname, ended) => network.connectStream({ transport: "tcp", hostname, port }, ended),
      discard: (socket) => socket.close(),
    });
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    throw new FetchError(`its server cannot be reached: ${error.message}`, { cause: error.cause });
  }
}
