/** So long an address has before the next one is tried as well: the "Connection Attempt Delay" of RFC 8305 §5. */
export const NEXT_DIAL_MS = 250;

/** More addresses than a server has in earnest. */
const ADDRESSES_MAX = 8;

/** How addresses are tried. */
export interface DialRaceOptions<Connection> {
  /** What pauses are made with; see `Timers`. */
  readonly timers: { start(delayMs: number, callback: () => void): () => void };
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Connects to an address. Rejects when that cannot be done, or `signal` aborts. */
  connect(address: string, signal: AbortSignal): Promise<Connection>;
  /** Closes a connection that has come too late. */
  discard(connection: Connection): void;
}

/** None of the addresses could be connected to. */
export class DialError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "DialError";
  /** What became of each, in the order in which that was known. */
  readonly causes: readonly unknown[];

  /** See `causes`. */
  constructor(causes: readonly unknown[]) {
    const last = causes.at(-1);
    super(last instanceof Error ? last.message : `${last ?? "there is no address"}`, { cause: last });
    this.causes = causes;
  }
}

/**
 * Connects to the first of several addresses that answers (RFC 8305): in their order, each a moment after the one before, or at
 * once when that has failed.
 *
 * @throws {DialError} when none of them can be connected to.
 */
export async function firstConnected<Connection>(
  addresses: readonly string[],
  { timers, signal, connect, discard }: DialRaceOptions<Connection>,
): Promise<Connection> {
  const losers = new AbortController();
  const ended = AbortSignal.any([signal, losers.signal]);
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const causes: unknown[] = [];
  const left = addresses.slice(0, ADDRESSES_MAX);
  let waiting = 0;
  let isOver = false;
  let cancel = () => {};
  const tryNext = () => {
    cancel();
    const address = isOver ? undefined : left.shift();
    if (address === undefined) return;
    waiting++;
    connect(address, ended).then(won, lost);
    cancel = timers.start(NEXT_DIAL_MS, tryNext);
  };
  const won = (connection: Connection) => {
    if (isOver) return discard(connection);
    isOver = true;
    resolve(connection);
  };
  const lost = (cause: unknown) => {
    waiting--;
    causes.push(cause);
    if (left.length > 0) return tryNext();
    if (waiting === 0) reject(new DialError(causes));
  };
  const giveUp = () => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    signal.throwIfAborted();
    if (left.length === 0) throw new DialError([]);
    tryNext();
    return await promise;
  } finally {
    isOver = true;
    cancel();
    signal.removeEventListener("abort", giveUp);
    losers.abort();
  }
}

/** One of each family in turn, IPv6 first unless it is to be last (RFC 8305 §4). */
export function familiesInTurn(addresses: readonly string[], isIpv6Last = false): string[] {
  const six = addresses.filter((address) => address.includes(":"));
  const four = addresses.filter((address) => !address.includes(":"));
  const [first, second] = isIpv6Last ? [four, six] : [six, four];
  const longer = Math.max(six.length, four.length);
  return Array.from({ length: longer }, (_, i) => [first[i], second[i]]).flat()
    .filter((address) => address !== undefined);
}
