import type { SocketAddress } from "../../base/net/address.ts";
import type { Network, StreamSocket, Timers } from "../../base/runtime.ts";
import { FetchError } from "./fetch_error.ts";

/** So long an address has before the next one is tried as well: the "Connection Attempt Delay" of RFC 8305 §5. */
const NEXT_MS = 250;
/** More addresses than a server has in earnest. */
const ADDRESSES_MAX = 8;

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
 * Connects to the first of several addresses that answers (RFC 8305): IPv6 and IPv4 in turn, each a moment after the one before,
 * or at once when that has failed.
 *
 * @throws {FetchError} when none of them can be reached.
 */
export async function dial(addresses: readonly string[], port: number, options: DialOptions): Promise<StreamSocket> {
  const { network, timers, signal } = options;
  const losers = new AbortController();
  const ended = AbortSignal.any([signal, losers.signal]);
  const { promise, resolve, reject } = Promise.withResolvers<StreamSocket>();
  const remotes = inTurn(addresses).slice(0, ADDRESSES_MAX);
  let next = 0;
  let waiting = 0;
  let isOver = false;
  let cancel = () => {};
  const tryNext = () => {
    cancel();
    if (isOver || next === remotes.length) return;
    waiting++;
    const remote: SocketAddress = { transport: "tcp", hostname: remotes[next++]!, port };
    network.connectStream(remote, ended).then(won, lost);
    cancel = timers.start(NEXT_MS, tryNext);
  };
  const won = (socket: StreamSocket) => {
    if (isOver) return socket.close();
    isOver = true;
    resolve(socket);
  };
  const lost = (error: unknown) => {
    waiting--;
    if (next < remotes.length) return tryNext();
    if (waiting === 0) reject(new FetchError(`its server cannot be reached: ${reasonOf(error)}`, { cause: error }));
  };
  const giveUp = () => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    tryNext();
    return await promise;
  } finally {
    isOver = true;
    cancel();
    signal.removeEventListener("abort", giveUp);
    losers.abort();
  }
}

/** One of each family in turn, IPv6 first. */
function inTurn(addresses: readonly string[]): string[] {
  const six = addresses.filter((address) => address.includes(":"));
  const four = addresses.filter((address) => !address.includes(":"));
  const longer = Math.max(six.length, four.length);
  return Array.from({ length: longer }, (_, i) => [six[i], four[i]]).flat().filter((address) => address !== undefined);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : `${error}`;
}
