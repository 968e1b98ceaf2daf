/** A line of the log, read. What privacy has hidden is not there. */
export interface LoggedQuery {
  /** When the query came, such as `2026-11-30T14:02:37.123Z`. */
  readonly time: string;
  /** Until the reply. */
  readonly tookMs: number;
  /** See `Observation`; so is all below. */
  readonly channel: string;
  /** An address, `192.0.2.0/24`, or a name of the day. */
  readonly client?: string;
  /** Its client group. */
  readonly group?: string;
  /** QNAME, or its end. */
  readonly name?: string;
  /** Mnemonic. */
  readonly type: string;
  /** A key of `SOURCE`. */
  readonly source: string;
  /** Mnemonic. */
  readonly rcode: string;
  /** Who has given the answer. */
  readonly upstream?: string;
  /** Why it is no ordinary answer. */
  readonly reason?: string;
  /** Length of the reply. */
  readonly sizeOctets: number;
  /** See `Observation`; so is the next. */
  readonly isTruncated?: true;
  /** It is there where it is true. */
  readonly wantsDnssec?: true;
  /** Which worker has answered, from 1, where there are several. */
  readonly worker?: number;
}

/** Reads a line; `null` for what is none. */
export function readLine(line: string): LoggedQuery | null {
  try {
    const query = JSON.parse(line);
    return typeof query?.time === "string" && typeof query.source === "string" ? query : null;
  } catch {
    return null;
  }
}
