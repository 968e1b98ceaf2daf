import { TIME } from "../../../operator/admin/read_request.ts";
import { typeFromText } from "../../../wire/iana.ts";
import type { ExplainAnswer } from "../answers.ts";
import { ApiError } from "../api_error.ts";
import type { Route } from "../route.ts";

/** Why an answer is what it is. */
export const EXPLAIN_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "explain",
    scope: "read",
    about: "What becomes of a question now, and why, step by step.",
    parameters: [
      { name: "name", about: "The name.", kind: "name", isRequired: true },
      { name: "type", about: "The record type.", kind: "type", default: "A" },
      { name: "client", about: "The address of who asks; this machine without it.", kind: "address" },
      { name: "dnssec", about: "Whether DNSSEC records are wanted (DO).", kind: "flag", default: false },
      { name: "at", about: "The time of day for which it is asked, 2026-12-01 21:00; now without it.", kind: "text" },
    ],
    answer: "ExplainAnswer",
    run: async ({ context: { handle }, given: { name, type, client = null, dnssec, at = null } }) => {
      if (at !== null && !TIME.test(at as string)) {
        throw new ApiError(400, "at must be a time such as 2026-12-01 21:00");
      }
      return await handle({
        command: "explain",
        name: name as string,
        type: typeFromText((type as string).toUpperCase())!,
        client: client as string | null,
        dnssec: dnssec as boolean,
        at: at as string | null,
      }) as ExplainAnswer;
    },
  },
];
