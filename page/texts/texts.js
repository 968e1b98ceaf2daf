import { en } from "./en.js";

/**
 * All languages by their tag (BCP 47). Another one is a file beside `en.js` with the same keys, a line here, and one in
 * `lib/web/page/browser_files.ts`; `deno task ok` tells what is missing in it. Numbers and times are in the browser's language whatever
 * the texts are in.
 * @type {Readonly<Record<string, typeof en>>}
 */
const LANGUAGES = { en };

const tag =
  navigator.languages.map((language) => language.split("-")[0] ?? "").find((language) => language in LANGUAGES) ?? "en";
document.documentElement.lang = tag;

/** What the page says, in the first of the reader's languages that there is. */
export const t = LANGUAGES[tag] ?? en;
