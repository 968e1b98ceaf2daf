import type { ReloadAnswer } from "../answers.ts";
import { ApiError } from "../api_error.ts";
import type { Route } from "../route.ts";

/** Characters of a file that is checked. */
const TEXT_MAX = 512 * 1024;

const NO_FILE = "There is no configuration file: flags are read at the start alone";

/** What is in force. */
export const CONFIG_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "config",
    scope: "read",
    about: "What is in force, and where each of it comes from.",
    answer: "ConfigAnswer",
    run: async ({ context: { configuration }, session }) => {
      const answer = await configuration.read();
      return session.scope === "admin" ? answer : { ...answer, text: "" };
    },
  },
  {
    method: "GET",
    path: "config/changes",
    // It repeats lines of the file.
    scope: "admin",
    about:
      "What a reload would change: what is wrong with the file as it is now, and how it differs from what is in force.",
    answer: "ConfigCheckAnswer",
    run: async ({ context: { configuration } }) => {
      if (!configuration.canReload) throw new ApiError(409, NO_FILE);
      return await configuration.changes();
    },
  },
  {
    method: "POST",
    path: "config/check",
    scope: "admin",
    about: "What is wrong with a file, and what it would change. Nothing of it is followed.",
    fields: [{ name: "text", about: "The file, in TOML.", kind: "text", max: TEXT_MAX, isRequired: true }],
    // A character may stand there as six, and has three octets.
    bodyOctetsMax: 1024 * 1024,
    answer: "ConfigCheckAnswer",
    run: ({ context: { configuration }, given }) => configuration.check(given.text as string),
  },
  {
    method: "POST",
    path: "reload",
    scope: "admin",
    about: "Reads the configuration again, and follows it.",
    answer: "ReloadAnswer",
    run: async ({ context: { configuration, handle, look } }): Promise<ReloadAnswer> => {
      if (!configuration.canReload) {
        throw new ApiError(409, NO_FILE);
      }
      const outcome = await handle({ command: "reload" });
      look.forget();
      return configuration.told(outcome);
    },
  },
];
