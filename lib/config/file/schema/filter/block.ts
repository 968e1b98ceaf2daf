import { BLOCK_ANSWERS, type BlockAnswer, DEFAULT_BLOCK } from "../../../lists.ts";
import { alternatives, either, type Field, flag, list, table, text, word } from "../fields.ts";
import { quantity, quantityToText } from "../quantity.ts";
import { readIp } from "../group/upstreams.ts";
import type { FileBlock } from "./filter_tables.ts";

/** How long clients may remember that a name is blocked: who unblocks it does not want to wait for days. */
const TTL_BOUNDS = { min: 0, max: 86_400 };

/** `[block]` */
export const BLOCK: Field<FileBlock> = table({
  "answer": blockAnswer(
    "What clients get for blocked names: the addresses 0.0.0.0 and ::, an error, or these addresses.",
    {
      fallback: '"zero"',
    },
  ),
  "ttl": quantity(
    {
      form: '"0"–"1d"',
      help: "How long clients may remember it.",
      fallback: JSON.stringify(quantityToText(DEFAULT_BLOCK.ttlSeconds, "seconds")),
    },
    "seconds",
    TTL_BOUNDS,
    (seconds) => seconds,
  ),
  "explain": word(
    {
      form: '"list"|"code"|"off"',
      help: "What they are told besides (RFC 8914): the list and its line, only that it was blocked, or nothing.",
      fallback: '"list"',
    },
    ["list", "code", "off"],
    (one) => one,
  ),
  "check-answers": flag(
    {
      form: "true|false",
      help: "Whether the aliases and addresses in answers are looked up in the lists, too.",
      fallback: "true",
    },
    (isOn) => isOn,
  ),
});

/** What takes the place of an answer. */
export function blockAnswer(help: string, { fallback }: { fallback?: string } = {}): Field<BlockAnswer> {
  const words = BLOCK_ANSWERS.map((one) => `"${one}"`).join("|");
  const about = { form: `${words}|["<ip>", …]`, help, ...(fallback !== undefined && { fallback }) };
  const address = text({ form: '"192.0.2.80"', help: "" }, readIp);
  const addresses = list({ form: '["192.0.2.80", "2001:db8::80"]', help: "" }, address, { atLeast: 1, of: "address" }, (
    all,
  ) => [...new Set(all)]);
  return either<BlockAnswer, BlockAnswer>(
    word(about, BLOCK_ANSWERS, (one) => one),
    addresses,
    `must be ${alternatives(BLOCK_ANSWERS)}, or a list of addresses`,
    BLOCK_ANSWERS,
  );
}
