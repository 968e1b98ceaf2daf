import { pauseText } from "../../../operator/pause_status.ts";
import type { StatusAnswer } from "../../../web/api/answers.ts";
import { type Line, line, span } from "./span.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["1", "overview"],
  ["2 3", "names and clients that ask most"],
  ["4", "upstreams: times, failures, why one is down"],
  ["5", "names that are blocked most"],
  ["6", "the last queries, full screen"],
  ["↑ ↓ PgUp PgDn", "choose a row (or k, j)"],
  ["Enter", "why a query got its answer; the queries of another row"],
  ["f or /", "filter queries by a part of a name, or by client=, source=,"],
  ["", "rcode=, type=, upstream=, channel="],
  ["s", "sort by something else"],
  ["p or space", "let what is shown stay as it is; once more: go on"],
  ["Esc", "back to the overview, without filter"],
  ["Ctrl-L", "draw everything anew"],
  ["q or Ctrl-C", "quit"],
];

/** What keys do, what is wrong, and what columns mean. */
export function helpLines(status: StatusAnswer | null): Line[] {
  const width = Math.max(...KEYS.map(([keys]) => keys.length));
  const problems = (status?.problems ?? []).map(({ text }) => text);
  return [
    ...listed("What is wrong now", problems),
    ...listed("What is left off", (status?.pauses ?? []).map(pauseText)),
    line("Keys", "strong"),
    ...KEYS.map(([keys, what]): Line => [span(`  ${keys.padEnd(width)}  `, "accent"), span(what)]),
    [],
    line("Shares and failures are of the last minute. Times are milliseconds: half of"),
    line("the replies took P50 at most, 95 of 100 took P95; memory takes next to none (–)."),
  ];
}

function listed(title: string, texts: readonly string[]): Line[] {
  return texts.length === 0 ? [] : [line(title, "strong"), ...texts.map((text) => line(`  ${text}`, "warn")), []];
}
