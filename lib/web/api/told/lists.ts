import type { ListStatus } from "../../../lists/keeper/list_status.ts";
import type { Status } from "../../../operator/status.ts";
import type { ListAnswer, ListsAnswer, PauseAnswer } from "../answers.ts";

/** Lists, and what can be paused. */
export function listsAnswer(
  lists: readonly ListStatus[],
  { pauses }: Pick<Status, "pauses">,
  ruleNames: { readonly clients: readonly string[]; readonly lists: readonly string[] },
): ListsAnswer {
  return {
    lists: lists.map(listAnswer),
    pauses: pausesAnswer(pauses),
    clients: ruleNames.clients,
    names: [...ruleNames.lists, "*"],
  };
}

/** What is left off. */
export function pausesAnswer(pauses: Status["pauses"]): PauseAnswer[] {
  return pauses.map(({ leftSeconds, clients, lists }) => ({ leftSeconds, clients, lists }));
}

function listAnswer({ name, names, lines, bad, firstBad, sources }: ListStatus): ListAnswer {
  return {
    name,
    names,
    lines,
    bad,
    firstBad: firstBad.map(({ line, text, why }) => ({ line, text, why })),
    sources: sources.map(({ what, ageSeconds, isBeingUpdated, nextSeconds, error }) => {
      return { what, ageSeconds, isBeingUpdated, nextSeconds, error };
    }),
  };
}
