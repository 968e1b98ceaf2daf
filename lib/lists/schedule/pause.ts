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

/** Those that have not ended. */
export function lastingPauses(pauses: readonly Pause[], epochSeconds: number): readonly Pause[] {
  return pauses.filter(({ untilSeconds }) => untilSeconds === null || untilSeconds > epochSeconds);
}

/** One more, in the place of one about the same. */
export function withPause(pauses: readonly Pause[], pause: Pause): readonly Pause[] {
  return [...pauses.filter((other) => !(holds(pause, other) && holds(other, pause))), pause];
}

/** Without those that are about nothing but what is named. */
export function withoutPauses(pauses: readonly Pause[], what: Pick<Pause, "clients" | "lists">): readonly Pause[] {
  return pauses.filter((pause) => !holds(what, pause));
}

/** Whether one is about all that another one is about. */
function holds(whole: Pick<Pause, "clients" | "lists">, part: Pick<Pause, "clients" | "lists">): boolean {
  return holdsAll(whole.clients, part.clients) && holdsAll(whole.lists, part.lists);
}

function holdsAll(whole: readonly string[] | null, part: readonly string[] | null): boolean {
  return whole === null || part !== null && part.every((one) => whole.includes(one));
}
