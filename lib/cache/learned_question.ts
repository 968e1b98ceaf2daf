import type { NameKey } from "../names/name_key.ts";
import type { MessageScan } from "../wire/scan.ts";

/** What an answer is learned for. */
export interface LearnedQuestion {
  /** The query's octets; one question. */
  readonly wire: Uint8Array<ArrayBuffer>;
  /** Where things are in `wire`. */
  readonly scan: MessageScan;
  /** The key of its QNAME, which is the response's, too. */
  readonly key: NameKey;
}
