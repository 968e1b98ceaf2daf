import { assert } from "../../base/assert.ts";
import type { PendingReply } from "../pending_reply.ts";

/** One client's questions. */
interface Load {
  count: number;
  newest: PendingReply | null;
  /** Others with as many. */
  previous: Load | null;
  next: Load | null;
}

/**
 * The questions that wait, by client, and at any time the client with the most. Entering and leaving take the same few
 * steps however many there are: under a flood, looking for the greediest must not be what takes the time.
 */
export class ClientLoads {
  readonly #loads = new Map<string, Load>();
  /** At each index the first of the clients with that many questions. Sets in place of the lists took 0.4 KB a question. */
  readonly #levels: (Load | null)[] = [null];
  #count = 0;
  #greatest = 0;
  /** Questions refused while their exchanges go on: those end by their deadlines, and hold memory until then. */
  abandonedCount = 0;

  /** Questions that wait. */
  get count(): number {
    return this.#count;
  }

  /** Questions of the client that has the most. */
  get greatest(): number {
    return this.#greatest;
  }

  /** Questions of one client. */
  countOf(client: string): number {
    return this.#loads.get(client)?.count ?? 0;
  }

  /** The newest question of a client that has the most; there must be one. */
  newestOfGreatest(): PendingReply {
    const load = this.#levels[this.#greatest]!;
    assert(load !== null && load.newest !== null, "a client with the most questions has one");
    return load.newest;
  }

  /** Adds a question. */
  enter(waiting: PendingReply): void {
    let load = this.#loads.get(waiting.client);
    if (load === undefined) {
      this.#loads.set(waiting.client, load = { count: 0, newest: null, previous: null, next: null });
    }
    waiting.load = load;
    waiting.older = load.newest;
    if (load.newest !== null) load.newest.newer = waiting;
    load.newest = waiting;
    this.#move(load, load.count + 1);
    this.#greatest = Math.max(this.#greatest, load.count);
    this.#count++;
  }

  /** Removes a question that has entered. */
  leave(waiting: PendingReply): void {
    const load = waiting.load as Load;
    const { older, newer } = waiting;
    waiting.load = null;
    if (older !== null) older.newer = newer;
    if (newer !== null) newer.older = older;
    else load.newest = older;
    // One that has gone shall not keep alive those that came after it; see `LinkedTable`.
    waiting.older = waiting.newer = null;
    this.#move(load, load.count - 1);
    if (load.count === 0) this.#loads.delete(waiting.client);
    // The last one of its level has only gone one level down.
    if (this.#greatest > 0 && this.#levels[this.#greatest] === null) this.#greatest--;
    this.#count--;
  }

  #move(load: Load, count: number): void {
    const { previous, next } = load;
    if (next !== null) next.previous = previous;
    if (previous !== null) previous.next = next;
    else if (load.count > 0) this.#levels[load.count] = next;
    load.count = count;
    load.previous = load.next = null;
    if (count === 0) return;
    const first = this.#levels[count] ?? null;
    if (first !== null) first.previous = load;
    load.next = first;
    this.#levels[count] = load;
  }
}
