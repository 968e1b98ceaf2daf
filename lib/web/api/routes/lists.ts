import type { PausesAnswer } from "../answers.ts";
import type { ListStatus } from "../../../lists/keeper/list_status.ts";
import type { PauseResult } from "../../../operator/admin/pausing.ts";
import { PAUSE_DAYS_MAX } from "../../../operator/admin/read_request.ts";
import type { ApiContext } from "../context.ts";
import type { Route } from "../route.ts";
import { listsAnswer, pausesAnswer } from "../told/lists.ts";
import type { Value } from "../values.ts";

const WHAT: readonly Value[] = [
  { name: "clients", about: "Client groups; all without it.", kind: "texts" },
  { name: "lists", about: "Lists, * for what blocks all names; all without it.", kind: "texts" },
];

/** Lists of names, and blocking by them. */
export const LIST_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "lists",
    scope: "read",
    about: "Lists of names, how they are doing, and what can be paused.",
    answer: "ListsAnswer",
    run: async ({ context }) => {
      const { status, lists } = await context.look.read();
      return listsAnswer(lists, status, context.program.ruleNames);
    },
  },
  {
    method: "POST",
    path: "lists/refresh",
    scope: "admin",
    about: "Fetches lists now. Answers when that is done.",
    fields: [{ name: "list", about: "The name of one; all without it.", kind: "text" }],
    answer: "ListsAnswer",
    run: async ({ context, given: { list = null } }) => {
      await context.handle({ command: "refresh", list: list as string | null }) as readonly ListStatus[];
      context.look.forget();
      const { status, lists } = await context.look.read();
      return listsAnswer(lists, status, context.program.ruleNames);
    },
  },
  {
    method: "POST",
    path: "policy/pause",
    scope: "admin",
    about: "Leaves blocking off for a while.",
    fields: [
      {
        name: "seconds",
        about: "How long; until it is resumed without it.",
        kind: "number",
        min: 1,
        max: PAUSE_DAYS_MAX * 86_400,
      },
      ...WHAT,
    ],
    answer: "PausesAnswer",
    run: async ({ context, given: { seconds = null, clients = null, lists = null } }): Promise<PausesAnswer> => {
      return told(
        context,
        await context.handle({
          command: "pause",
          seconds: seconds as number | null,
          clients: clients as readonly string[] | null,
          lists: lists as readonly string[] | null,
        }),
      );
    },
  },
  {
    method: "POST",
    path: "policy/resume",
    scope: "admin",
    about: "Takes blocking up again.",
    fields: WHAT,
    answer: "PausesAnswer",
    run: async ({ context, given: { clients = null, lists = null } }): Promise<PausesAnswer> => {
      return told(
        context,
        await context.handle({
          command: "resume",
          clients: clients as readonly string[] | null,
          lists: lists as readonly string[] | null,
        }),
      );
    },
  },
];

function told({ look }: ApiContext, result: unknown): PausesAnswer {
  look.forget();
  const { pauses, resumed } = result as PauseResult;
  return { pauses: pausesAnswer(pauses), resumed };
}
