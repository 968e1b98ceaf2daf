import type { PooledConnection } from "../pooled_connection.ts";

/** The open connections to one upstream, in the order in which they were made. */
export class OpenConnections {
  readonly #open = new Set<PooledConnection>();

  /** How many. */
  get count(): number {
    return this.#open.size;
  }

  /** Those on which something is waited for, and, as far as is known, not in vain. */
  get busyCount(): number {
    let count = 0;
    for (const connection of this.#open) if (connection.isBusy && !connection.isSilent) count++;
    return count;
  }

  /** One after another; they may close meanwhile. */
  [Symbol.iterator](): Iterator<PooledConnection> {
    return this.#open.values();
  }

  /** One is made. */
  add(connection: PooledConnection): void {
    this.#open.add(connection);
  }

  /** One is closed. */
  remove(connection: PooledConnection): void {
    this.#open.delete(connection);
  }

  /** Closes the first one that is silent, if there are more than `countMax` of them. Returns whether it did. */
  closeSilent(countMax: number): boolean {
    const silent = [...this.#open].filter(({ isSilent }) => isSilent);
    if (silent.length <= countMax) return false;
    silent[0]!.close();
    return true;
  }

  /** Closes those on which nothing is waited for. */
  closeIdle(): void {
    for (const connection of [...this.#open]) if (!connection.isBusy) connection.close();
  }

  /** Closes all of them. */
  closeAll(): void {
    for (const connection of [...this.#open]) connection.close();
  }
}
