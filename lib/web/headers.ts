import { CONTENT_SECURITY_POLICY } from "./page/assets.ts";

/**
 * What stands in every answer, whatever it says: a browser runs nothing that is not the page's own, guesses no types, shows it in no
 * frame, tells nobody where it was, and lets no other page read it.
 */
export const ALWAYS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "x-frame-options": "DENY",
};

/** What is said of the program at this moment is kept nowhere. */
export const NOT_KEPT: Readonly<Record<string, string>> = { "cache-control": "no-store" };
