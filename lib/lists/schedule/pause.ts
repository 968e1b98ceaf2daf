/** Blocking that is left off for a while, by hand. Plain data. */
export interface Pause {
  /** When it ends, in seconds since 1970-01-01 UTC; `null` when it is ended. */
  readonly untilSeconds: number | null;
  /** Client groups, at least one; `null` for all. */
  readonly clients: readonly string[] | null;
  /** Lists, at least one, "*" for rules about all names; `null` for all. */
  readonly lists: readonly string[] | null;
}

/** Whether a pause is about what a list blocks for a client group. */
export function isPausedBy({ clients, lists }: Pause, group: string, list: string): boolean {
  return (clients === null || clients.includes(group)) && (lists === null || lists.includes(list));
}

/** Whether two pauses are about the same. */
export function isSamePause(a: Pause, b: Pause): boolean {
  return isSameSet(a.clients, b.clients) && isSameSet(a.lists, b.lists);
}

/** Whether one pause is about all that another one is about. */
export function holdsPause(whole: Pick<Pause, "clients" | "lists">, part: Pause): boolean {
  return holds(whole.clients, part.clients) && holds(whole.lists, part.lists);
}

function isSameSet(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return holds(a, b) && holds(b, a);
}

function holds(whole: readonly string[] | null, part: readonly string[] | null): boolean {
  return whole === null || part !== null && part.every((one) => whole.includes(one));
}
