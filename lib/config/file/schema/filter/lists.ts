import { MIB } from "../../../../base/units.ts";
import { LIST_FORMATS } from "../../../../lists/list_rule.ts";
import { BLOCK_REASONS, DEFAULT_LIST } from "../../../lists.ts";
import { UsageError } from "../../../usage_error.ts";
import { checked, count, type Field, flag, list, patternText, table, tableOf, text, word } from "../fields.ts";
import { readGroupName } from "../names.ts";
import { path } from "../path.ts";
import { quantity, quantityToText } from "../quantity.ts";
import { types } from "../routes.ts";
import { upstreamGroupName } from "../group/upstreams.ts";
import { blockAnswer } from "./block.ts";
import type { FileList } from "./filter_tables.ts";
import { readListWord } from "./list_word.ts";

/** Whoever asks more often than each minute is shut out; what is older than a fortnight is not watched by anybody. */
const REFRESH_BOUNDS = { min: 60_000, max: 14 * 86_400_000 };
/** A list of ten million names has 200 MiB. */
const SIZE_MIB_BOUNDS = { min: 1, max: 2048 };
/** As many as there can be in a set of lists. */
const NAMES_BOUNDS = { min: 0, max: 16_777_215 };

/** `[lists.X]` */
export const LISTS: Field<Readonly<Record<string, FileList>>> = tableOf(oneList(), readGroupName);

function oneList(): Field<FileList> {
  const { refreshMs, maxSizeOctets, maxErrorsShare, maxShrinkShare, minNames } = DEFAULT_LIST;
  const words = (all: readonly string[]) => all.map((one) => `"${one}"`).join("|");
  const fields = {
    "sources": list(
      {
        form: '["https://…"|"<path>", …]',
        example: '["https://lists.example/ads.txt", "lists/more.txt"]',
        help: "Where its lines are: fetched from the web, or files, which are watched.",
      },
      text({ form: '"https://lists.example/ads.txt"', help: "" }, readSource),
      { atLeast: 1, of: "source" },
      (all) => [...new Set(all)],
    ),
    "names": list(
      {
        form: '["<domain>", "=<name>", "/<expression>/", …]',
        example: '["video.example", "=www.tube.example"]',
        help:
          "Names that stand here: each with all below it, = for that name alone, or a regular expression. They are your own words, and beat those of sources.",
      },
      text({ form: '"video.example"', help: "" }, readListWord),
      { atLeast: 1, of: "name" },
      (all) => [...new Set(all)],
    ),
    "format": word(
      {
        form: words(LIST_FORMATS),
        help: "What its lines look like; auto decides for each line by itself.",
        fallback: '"auto"',
      },
      LIST_FORMATS,
      (one) => one,
    ),
    "subdomains": flag(
      {
        form: "true|false",
        help: "Whether a plain name means all below it, too. By default in lists of domains, not in hosts files.",
      },
      (isOn) => isOn,
    ),
    "types": types("Record types that it is about. By default all.", 1),
    "refresh": quantity(
      {
        form: `"${quantityToText(REFRESH_BOUNDS.min, "ms")}"–"${quantityToText(REFRESH_BOUNDS.max, "ms")}"`,
        help: "How often what comes from the web is asked for again.",
        fallback: JSON.stringify(quantityToText(refreshMs, "ms")),
      },
      "ms",
      REFRESH_BOUNDS,
      (ms) => ms,
    ),
    "max-size": quantity(
      {
        form: `"${quantityToText(SIZE_MIB_BOUNDS.min, "MiB")}"–"${quantityToText(SIZE_MIB_BOUNDS.max, "MiB")}"`,
        help: "A larger source, unpacked, is not used.",
        fallback: JSON.stringify(quantityToText(maxSizeOctets / MIB, "MiB")),
      },
      "MiB",
      SIZE_MIB_BOUNDS,
      (mib) => mib * MIB,
    ),
    "max-errors": percent("More bad lines than this, and it is no list: the one before stays.", maxErrorsShare),
    "min-names": count(
      {
        form: `${NAMES_BOUNDS.min}–${NAMES_BOUNDS.max}`,
        help: "Fewer names than this: the same.",
        fallback: `${minNames}`,
      },
      NAMES_BOUNDS,
      (names) => names,
    ),
    "max-shrink": percent("It has lost more of its names than this at once: the same.", maxShrinkShare),
    "important": flag(
      { form: "true|false", help: "Whether no allow undoes it, not even your own.", fallback: "false" },
      (isOn) => isOn,
    ),
    "answer": blockAnswer("What clients get for its names. By default what their group says, or block.answer."),
    "reason": word(
      {
        form: words(BLOCK_REASONS),
        help:
          "Why it is blocked, for clients (RFC 8914): because you want it so (15), others told you to (16), or the client asked for it (17).",
        fallback: '"blocked"',
      },
      BLOCK_REASONS,
      (one) => one,
    ),
    "via": upstreamGroupName(
      "The upstream group that is asked for the names of its servers, unless they are known here; by default routes say.",
    ),
    "token": table({ file: path('"/run/secrets/lists"', "The file that has the bearer token for its servers.") }, [
      "file",
    ]),
  };
  return checked(table<FileList>(fields), withNames);
}

function withNames(one: FileList): FileList {
  if (one.sources ?? one.names) return one;
  throw new UsageError("needs sources or names");
}

/** An address of the web, or a path. */
function readSource(text: string): string {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (text === "" || text.includes("\0")) throw new UsageError("must be a path, or an address of the web");
  if (scheme === undefined) return text;
  if (scheme !== "https" && scheme !== "http") {
    throw new UsageError("must be a path, or begin with https:// or http://");
  }
  if (!URL.canParse(text)) throw new UsageError("must be an address of the web, such as https://lists.example/ads.txt");
  const { username, password, href } = new URL(text);
  if (username !== "" || password !== "") throw new UsageError("must have no password in it: there is token for that");
  return href;
}

function percent(help: string, fallback: number): Field<number> {
  const about = { form: '"0%"–"100%"', help, fallback: JSON.stringify(`${Math.round(fallback * 100)}%`) };
  const message = 'must be a whole number of percent, "0%"–"100%"';
  return patternText(about, /^(?:[0-9]|[1-9][0-9]|100)%$/, message, (text) => Number(text.slice(0, -1)) / 100);
}
