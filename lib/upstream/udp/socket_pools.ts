import { SocketPool, type SocketPoolOptions } from "./socket_pool.ts";

/** A pool, and who has taken it. */
interface SharedPool {
  readonly pool: SocketPool;
  /** How many sockets each of its users wants; the pool has as many as the greediest. */
  readonly sizes: number[];
}

/**
 * The pools that upstreams are asked from over UDP: one for each address family, for each link, and for each address that
 * queries are to leave from. What comes in on the sockets of a link has come from there.
 */
export class SocketPools {
  readonly #options: Omit<SocketPoolOptions, "localHostname" | "size">;
  readonly #pools = new Map<string, SharedPool>();

  /** See `SocketPoolOptions`; they are the same for all. */
  constructor(options: Omit<SocketPoolOptions, "localHostname" | "size">) {
    this.#options = options;
  }

  /** One more user sends from `localHostname`, and wants `size` sockets. None is opened before it is asked for. */
  take(localHostname: string, size: number): void {
    const { sizes, pool } = this.#pools.getOrInsertComputed(localHostname, () => {
      return { pool: new SocketPool({ ...this.#options, localHostname, size }), sizes: [] };
    });
    sizes.push(size);
    pool.resize(Math.max(...sizes));
  }

  /** The pool that sends from `localHostname`, which has been taken. */
  at(localHostname: string): SocketPool {
    return this.#pools.get(localHostname)!.pool;
  }

  /** A user has done with the pool that it has taken with `size`. The last one closes it. */
  give(localHostname: string, size: number): void {
    const shared = this.#pools.get(localHostname);
    if (shared === undefined) return;
    const { sizes, pool } = shared;
    sizes.splice(sizes.indexOf(size), 1);
    if (sizes.length > 0) return pool.resize(Math.max(...sizes));
    this.#pools.delete(localHostname);
    pool.close();
  }

  /** Closes all of them, whoever has taken them. */
  close(): void {
    for (const { pool } of this.#pools.values()) pool.close();
    this.#pools.clear();
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
