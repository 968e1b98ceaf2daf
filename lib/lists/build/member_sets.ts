const EMPTY = 0;
/** More members than there can be lines, and not so many that a number of two of them is inexact. */
const MEMBERS_MAX = 2 ** 26;

/**
 * Sets of members, numbers in rising order, while a set is built: each is a set with fewer, and one member more. 25 lists with a
 * million names make some 800 of them.
 */
export class MemberSets {
  /** By set: the set without the last member, and that member. The empty one has none. */
  readonly #shorter: number[] = [EMPTY];
  readonly #last: number[] = [-1];
  /** By a set and a member. */
  readonly #longer = new Map<number, number>();
  /** By member: the set of it alone. */
  readonly #single: number[] = [];

  /** The set of no member. */
  readonly empty: number = EMPTY;

  /** The set of this member alone. */
  single(member: number): number {
    return this.#single[member] ??= this.with(EMPTY, member);
  }

  /** The set with a member more, which has a higher number than those in it. */
  with(set: number, member: number): number {
    return this.#longer.getOrInsertComputed(set * MEMBERS_MAX + member, () => {
      this.#shorter.push(set);
      return this.#last.push(member) - 1;
    });
  }

  /** Sets that have been made, whether or not anything is left in them. */
  get count(): number {
    return this.#last.length;
  }

  /** The members, in rising order. */
  members(set: number): number[] {
    const members: number[] = [];
    for (let rest = set; rest !== EMPTY; rest = this.#shorter[rest]!) members.push(this.#last[rest]!);
    return members.reverse();
  }
}
