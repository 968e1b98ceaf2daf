import type { LoggedQuery } from "../../telemetry/log_search/logged_query.ts";

/** The last column may be long; others are not. */
const CELL_CHARACTERS_MAX = 60;

/** Lines of the query log as a table for a terminal, the first line its head; nothing for none. Times are those of this machine. */
export function queriesText(queries: readonly LoggedQuery[]): string {
  if (queries.length === 0) return "";
  const rows = [HEAD, ...queries.map(cellsOf)];
  return tableText(rows, HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length))));
}

/** Lines of a table that others are to come to, and that others have come to if it is not the first part of it. */
export function partText(queries: readonly LoggedQuery[], isFirst: boolean): string {
  return tableText([...isFirst ? [HEAD] : [], ...queries.map(cellsOf)], USUAL_WIDTHS);
}

function tableText(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  return rows.map((cells) => {
    const line = cells.map((cell, column) =>
      column === MS ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
    );
    return `${line.join("  ").trimEnd()}\n`;
  }).join("");
}

const HEAD = ["time", "client", "name", "type", "result", "source", "ms", "by"];
/** Where nobody knows what is still to come. */
const USUAL_WIDTHS = [23, 18, 36, 5, 8, 8, 6, 0];
const MS = HEAD.indexOf("ms");

function cellsOf({ time, client, group, name, type, rcode, source, tookMs, upstream, reason }: LoggedQuery): string[] {
  const cells = [
    localTime(time),
    `${client ?? "-"}${group === undefined ? "" : ` (${group})`}`,
    name ?? "-",
    type,
    rcode,
    source,
    tookMs.toFixed(tookMs < 10 ? 1 : 0),
  ];
  return [...cells.map(cut), printable([upstream, reason].filter((part) => part !== undefined).join(", "))];
}

function cut(text: string): string {
  const clean = printable(text);
  return clean.length <= CELL_CHARACTERS_MAX ? clean : `…${clean.slice(1 - CELL_CHARACTERS_MAX)}`;
}

/** What is in a file may have been written by anybody: nothing of it is an order for the terminal. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, "?");
}

/** `2026-11-30 14:02:37.123` by the clock of this machine. */
function localTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${day} ${clock}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
