import type { Name } from "../wire/name.ts";
import { FLAG } from "../wire/header.ts";
import { CLASS } from "../wire/iana.ts";
import { type Request, SENDS_MAX } from "./request.ts";

/** What this program asks for its own sake. */
export interface OwnQuestion {
  /** QNAME. */
  readonly name: Name;
  /** QTYPE. */
  readonly type: number;
  /** When whoever waits gives up. */
  readonly deadlineMs: number;
  /** Upstreams that may be asked in all. */
  readonly upstreamCount?: number;
}

/** A request that no client has made. */
export function ownRequest({ name, type, deadlineMs, upstreamCount = 1 }: OwnQuestion): Request {
  return {
    questionOctets: Uint8Array.from([...name, type >> 8, type & 0xff, CLASS.IN >> 8, CLASS.IN & 0xff]),
    flags: FLAG.RD,
    wantsDnssec: false,
    usefulOctetsMax: 0xffff,
    acceptsTruncated: false,
    deadlineMs,
    upstreamCount,
    sendCount: 0,
    sendsMax: SENDS_MAX,
    ednsRejectedBy: null,
    lastSocket: null,
    wantsFreshSocket: false,
    hasPart: false,
    wholeFrom: null,
    isAnswered: false,
    isClosed: false,
    hasMetSilence: false,
    owner: null,
  };
}
