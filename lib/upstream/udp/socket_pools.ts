import { SocketPool, type SocketPoolOptions } from "./socket_pool.ts";

/**
 * The pools that upstreams are asked from over UDP: one for each address family, and one for each link. What comes in on the
 * sockets of a link has come from there.
 */
export class SocketPools {
  readonly #options: Omit<SocketPoolOptions, "localHostname">;
  readonly #pools = new Map<string, { readonly pool: SocketPool; userCount: number }>();

  /** See `SocketPoolOptions`; they are the same for all. */
  constructor(options: Omit<SocketPoolOptions, "localHostname">) {
    this.#options = options;
  }

  /** The pool that sends from `localHostname`, for one more user. It opens no socket before it is asked for one. */
  take(localHostname: string): SocketPool {
    const shared = this.#pools.getOrInsertComputed(localHostname, () => {
      return { pool: new SocketPool({ ...this.#options, localHostname }), userCount: 0 };
    });
    shared.userCount++;
    return shared.pool;
  }

  /** A user has done with the pool. The last one closes it. */
  give(localHostname: string): void {
    const shared = this.#pools.get(localHostname);
    if (shared === undefined || --shared.userCount > 0) return;
    this.#pools.delete(localHostname);
    shared.pool.close();
  }

  /** Sockets that are open, those that only wait for their last replies included. */
  get openCount(): number {
    return [...this.#pools.values()].reduce((sum, { pool }) => sum + pool.openCount, 0);
  }

  /** See `SocketPool.leaveSockets`. */
  leaveSockets(): () => void {
    const closings = [...this.#pools.values()].map(({ pool }) => pool.leaveSockets());
    return () => {
      for (const close of closings) close();
    };
  }
}
