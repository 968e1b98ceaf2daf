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
  const { source, etag, lastModified, checkedSeconds, sizeOctets, sha256, names } = value as Record<string, unknown>;
  const areTexts = typeof source === "string" && typeof sha256 === "string" && isTextOrNull(etag) &&
    isTextOrNull(lastModified);
  if (!areTexts || !isCount(checkedSeconds) || !isCount(sizeOctets) || !isCount(names)) return null;
  return { source, etag, lastModified, checkedSeconds, sizeOctets, sha256, names };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
