import { parseIp } from "../../base/net/ip.ts";
import { eachLine, type LeaseSink, macOf } from "./lease.ts";

/** What has been said so far of the lease that is being read. */
interface Draft {
  readonly address: Uint8Array<ArrayBuffer>;
  hostname: string | null;
  mac: string | null;
  startSeconds: number;
  endSeconds: number;
  isActive: boolean;
  /** Blocks within that are open. */
  depth: number;
}

/** A statement, the head of a block with what opens it, the end of one, or a comment. */
const STATEMENT = /(?:"(?:\\.|[^"\\])*"|[^"{};#])+[{;]?|[{}]|#.*$/g;

/**
 * Reads the leases of ISC's dhcpd (dhcpd.leases(5)): `lease <ip> { … }`, for IPv6 `iaaddr <ip> { … }` within an association. The
 * file is a journal: the last block of an address counts. A block that is not closed has been written in half.
 */
export function* readIscLeases(text: string, sink: LeaseSink): Generator<void> {
  let draft: Draft | null = null;
  const takeStatement = (statement: string): boolean => {
    const [, ip] = /^(?:lease|iaaddr)\s+(\S+)\s*\{?$/.exec(statement) ?? [];
    if (ip !== undefined) {
      const address = parseIp(ip);
      draft = address === null ? null : emptyDraft(address);
      return address !== null;
    }
    if (draft === null || statement === "{") return true;
    const isEnd = statement === "}";
    if (statement.endsWith("{")) draft.depth++;
    else if (isEnd && draft.depth > 0) draft.depth--;
    else if (!isEnd) return draft.depth > 0 || take(draft, statement);
    else return finish(draft);
    return true;
  };
  const finish = (lease: Draft): boolean => {
    sink.lease({ ...lease, newness: lease.startSeconds || lease.endSeconds });
    draft = null;
    return true;
  };
  yield* eachLine(text, sink, (line) => statementsOf(line).map(takeStatement).every((isGood) => isGood));
}

/** dhcpd writes one a line, and reads them however they stand. */
function statementsOf(line: string): string[] {
  const end = line.search(/[{};#]/);
  if (end === -1 || end === line.length - 1) return [line];
  return (line.match(STATEMENT) ?? []).map((one) => one.trim()).filter((one) => one !== "" && !one.startsWith("#"));
}

function emptyDraft(address: Uint8Array<ArrayBuffer>): Draft {
  return { address, hostname: null, mac: null, startSeconds: 0, endSeconds: 0, isActive: true, depth: 0 };
}

/** Statements that say nothing here are as good as others. */
function take(draft: Draft, line: string): boolean {
  const [, statement, value] =
    /^(starts|ends|cltt|binding state|hardware ethernet|client-hostname)\s+(.*?);?$/.exec(line) ?? [];
  if (statement === undefined) return true;
  if (statement === "binding state") draft.isActive = value === "active";
  else if (statement === "hardware ethernet") draft.mac = macOf(value!);
  else if (statement === "client-hostname") draft.hostname = unquoted(value!);
  else {
    const seconds = secondsOf(value!);
    if (seconds === null) return false;
    if (statement === "ends") draft.endSeconds = seconds;
    else draft.startSeconds = seconds;
  }
  return true;
}

/** `"x"`, with octets outside of ASCII and quotes as `\ooo` in octal. */
function unquoted(text: string): string {
  const inner = /^"(.*)"$/.exec(text)?.[1] ?? text;
  return inner.replaceAll(
    /\\([0-7]{3})|\\(.)/g,
    (_, octal, character) => character ?? String.fromCharCode(parseInt(octal, 8)),
  );
}

/** `3 2026/11/30 21:00:00` in UTC, `epoch 1796072400`, `never`, which is 0; `null` for anything else. */
function secondsOf(text: string): number | null {
  if (text === "never") return 0;
  const [, epoch] = /^epoch ([0-9]{1,10})\b/.exec(text) ?? [];
  if (epoch !== undefined) return Number(epoch);
  const [, ...numbers] = /^[0-6] ([0-9]{4})\/([0-9]{2})\/([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})$/.exec(text) ?? [];
  if (numbers.length === 0) return null;
  const [year, month, day, hours, minutes, seconds] = numbers.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Math.max(0, Date.UTC(year, month - 1, day, hours, minutes, seconds) / 1000);
}
