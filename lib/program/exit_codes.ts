import type { EXIT_CODES } from "../config/flags/help.ts";

/** Exit codes, as `--help` tells them. */
export const EXIT = {
  ok: 0,
  cannotListen: 1,
  hasNoLists: 1,
  notWell: 1,
  notFollowed: 1,
  usage: 2,
  cannotCheck: 3,
  notReached: 3,
} as const satisfies Record<string, keyof typeof EXIT_CODES>;
