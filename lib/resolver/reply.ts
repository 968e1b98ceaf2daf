import type { Responder, Response } from "../response/response.ts";
import { type EdnsOption, type ExtendedError, OPTION_HEADER_OCTETS } from "../wire/edns/edns.ts";
import { EDNS_OPTION } from "../wire/iana.ts";
import { FINDINGS } from "./findings.ts";
import { FLAG, rcodeOf } from "../wire/header.ts";
import { uint16At } from "../wire/octets.ts";

/** Where a reply comes from. */
export const SOURCE = {
  /** Memory, with what has not expired. */
  cache: 0,
  /** Memory, with what has expired (RFC 8767). */
  stale: 1,
  /** An upstream, just now. */
  upstream: 2,
  /** The program itself, which knows the answer. */
  local: 3,
  /** The program: the client may not ask that, or has asked it wrongly. */
  policy: 4,
  /** The program: there is too much to do, or nothing good would come of it. */
  refused: 5,
  /** The program: nobody could tell. */
  failure: 6,
  /** The program: lists say that the name is blocked. */
  blocked: 7,
} as const;

/** One of `SOURCE`. */
export type ReplySource = (typeof SOURCE)[keyof typeof SOURCE];

/**
 * A response on its way to a client, and where it comes from. Belongs to its query, and is used again with it: who keeps it for
 * longer makes a copy.
 */
export class Reply {
  /** The message in wire format; may be edited. */
  octets: Uint8Array<ArrayBuffer> = NOTHING;
  /** What an upstream has said in these octets, as long as it is lent; else `null`. */
  response: Response | null = null;
  /** Where it comes from. */
  source: ReplySource = SOURCE.local;
  /** Who has given it, if an upstream has. */
  upstream: Responder | null = null;
  /** Why it is no ordinary answer, in a few words; empty when it is one. */
  reason = "";
  /** What there is in it that its client may have to be kept from; see `FINDINGS`. */
  findings: number = FINDINGS.none;
  /** Why it is what it is; told to clients that speak EDNS (RFC 8914). Resolvers add to it, also before there is a reply. */
  readonly extendedErrors: ExtendedError[] = [];
  /** The upper eight bits of the RCODE, which only an OPT record can carry (RFC 6891 §6.1.3). */
  extendedRcode = 0;
  /** Options that the OPT record must carry; extended errors come behind them. */
  options: readonly EdnsOption[] = NO_OPTIONS;
  #cookie: readonly EdnsOption[] | null = null;

  /** Forgets everything: it is for another query. */
  begin(): void {
    // hot path
    this.response = null;
    this.source = SOURCE.local;
    this.upstream = null;
    this.reason = "";
    this.findings = FINDINGS.none;
    // To set the length of an array takes 20 ns even when it changes nothing, to look at it 0.3.
    if (this.extendedErrors.length > 0) this.extendedErrors.length = 0;
    this.extendedRcode = 0;
    this.options = NO_OPTIONS;
  }

  /** The OPT record must carry this cookie as well. It is copied, and the room for it used again with the reply. */
  addCookie(cookie: Uint8Array): void {
    // hot path
    const room = this.#cookie ??= [{ code: EDNS_OPTION.COOKIE, data: new Uint8Array(cookie.length) }];
    room[0]!.data.set(cookie);
    this.options = this.options.length === 0 ? room : [...this.options, ...room];
  }

  /** What `options` take in the OPT record. */
  get optionOctets(): number {
    // hot path
    let octets = 0;
    for (let i = 0; i < this.options.length; i++) octets += OPTION_HEADER_OCTETS + this.options[i]!.data.length;
    return octets;
  }

  /** Says what the reply is. Returns it. */
  give(octets: Uint8Array<ArrayBuffer>, source: ReplySource, reason: string = ""): Reply {
    // hot path
    this.octets = octets;
    this.response = null;
    this.source = source;
    this.upstream = null;
    this.reason = reason;
    this.findings = FINDINGS.none;
    return this;
  }

  /** The same as `other`, in `octets` of its own. Returns it. */
  repeat(other: Reply, octets: Uint8Array<ArrayBuffer>): Reply {
    this.octets = octets;
    this.response = other.response;
    this.source = other.source;
    this.upstream = other.upstream;
    this.reason = other.reason;
    this.findings = other.findings;
    if (other.extendedErrors.length > 0) this.extendedErrors.push(...other.extendedErrors);
    return this;
  }

  /** The same in octets of its own, for who keeps it. */
  copy(): Reply {
    const copy = new Reply().repeat(this, this.octets.slice());
    copy.response = null;
    return copy;
  }

  /** RCODE, with the bits that only an OPT record can carry. */
  get rcode(): number {
    // hot path
    return (this.extendedRcode << 4) | rcodeOf(uint16At(this.octets, 2));
  }

  /** TC */
  get isTruncated(): boolean {
    return (uint16At(this.octets, 2) & FLAG.TC) !== 0;
  }
}

const NOTHING = new Uint8Array(0);
const NO_OPTIONS: readonly EdnsOption[] = [];
