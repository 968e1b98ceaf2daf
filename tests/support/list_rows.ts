import { formatCidr } from "../../lib/base/net/cidr.ts";
import { COVERS, type ListFormat, type ListRule, type ListSink } from "../../lib/lists/list_rule.ts";
import { type ListOptions, ListParser } from "../../lib/lists/formats/list_parser.ts";
import { ruleToJson } from "../../lib/lists/rule_json.ts";
import { type Name, nameToText } from "../../lib/wire/name.ts";

const COVERED: Readonly<Record<number, string>> = {
  [COVERS.self]: "alone",
  [COVERS.below]: "below",
  [COVERS.both]: "with-below",
};

/** Writes down what a parser says, a row for each thing. */
export class RowSink implements ListSink {
  readonly rows: string[] = [];
  readonly names: { name: Name; covers: number; rule: ListRule; line: number }[] = [];

  name(scratch: Uint8Array, length: number, covers: number, rule: ListRule, line: number): void {
    const name = Uint8Array.from(scratch.subarray(0, length));
    this.names.push({ name, covers, rule, line });
    this.rows.push(`${line} ${nameToText(name)} ${COVERED[covers]}${ruleText(rule)}`);
  }

  cancel(scratch: Uint8Array, length: number, covers: number, rule: ListRule): void {
    this.rows.push(
      `cancel ${nameToText(Uint8Array.from(scratch.subarray(0, length)))} ${COVERED[covers]}${ruleText(rule)}`,
    );
  }

  address(network: Parameters<ListSink["address"]>[0], rule: ListRule, line: number): void {
    this.rows.push(`${line} address ${formatCidr(network)}${ruleText(rule)}`);
  }

  pattern({ source }: { source: string }, rule: ListRule, line: number): void {
    this.rows.push(`${line} /${source}/${ruleText(rule)}`);
  }

  skipped(kind: string, line: number): void {
    this.rows.push(`${line} skipped: ${kind}`);
  }

  bad(why: string, text: string, line: number): void {
    this.rows.push(`${line} bad: ${why}: ${text}`);
  }
}

/** What the lines of a list say. */
export function rowsOf(
  format: ListFormat,
  lines: readonly string[] | Uint8Array,
  options: ListOptions = { coversBelow: null },
): string[] {
  const sink = new RowSink();
  const parser = new ListParser(format, options, sink);
  parser.write(lines instanceof Uint8Array ? lines : new TextEncoder().encode(lines.join("\n")));
  parser.end();
  return sink.rows;
}

function ruleText(rule: ListRule): string {
  const { isAllow, ...others } = ruleToJson(rule);
  const text = Object.keys(others).length === 0 ? "" : ` ${JSON.stringify(others)}`;
  return (isAllow === true ? " allow" : "") + text;
}
