import type { BadLine } from "../bad_line.ts";

/** What is known of a text that is kept, beside its octets. */
export interface SourceRecord {
  /** Where it came from: a URL, or the path of a file. */
  readonly source: string;
  /** See `Validators`. */
  readonly etag: string | null;
  /** See `Validators`. */
  readonly lastModified: string | null;
  /** When that was what the source said, last: seconds since 1970-01-01 UTC. */
  readonly checkedSeconds: number;
  /** How long it is. */
  readonly sizeOctets: number;
  /** Of its octets, in hexadecimal digits. */
  readonly sha256: string;
  /** How many names it said when it was judged, by the format of that time. */
  readonly names: number;
  /** How many lines it has. */
  readonly lines: number;
  /** Of these, how many say nothing that can be used. */
  readonly bad: number;
  /** The first of those. */
  readonly firstBad: readonly BadLine[];
}

/** A record as it is kept. */
export function recordToText(record: SourceRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** The record that is kept as `text`; `null` for what is none: another version's, or a broken disk's. */
export function recordFromText(text: string): SourceRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const record = value as Readonly<Record<keyof SourceRecord, unknown>>;
  const { source, etag, lastModified, sha256, firstBad, ...counts } = record;
  if (typeof source !== "string" || typeof sha256 !== "string") return null;
  if (!isTextOrNull(etag) || !isTextOrNull(lastModified)) return null;
  const { checkedSeconds, sizeOctets, names, lines, bad } = counts;
  if (![checkedSeconds, sizeOctets, names, lines, bad].every(isCount)) return null;
  if (!Array.isArray(firstBad) || !firstBad.every(isBadLine)) return null;
  return record as SourceRecord;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isBadLine(value: unknown): value is BadLine {
  if (typeof value !== "object" || value === null) return false;
  const { line, text, why } = value as Readonly<Record<keyof BadLine, unknown>>;
  return isCount(line) && typeof text === "string" && typeof why === "string";
}
