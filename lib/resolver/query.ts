import type { SocketAddress } from "../base/address.ts";
import {
  BARE_OPT_OCTETS,
  type EdnsOption,
  type ExtendedError,
  PLAIN_UDP_OCTETS,
  UDP_PAYLOAD_OCTETS,
} from "../wire/edns.ts";
import { FLAG, HEADER_OCTETS } from "../wire/header.ts";
import type { Question } from "../wire/message.ts";
import { putUint16 } from "../wire/patch.ts";
import { MessageScan, uint16At } from "../wire/scan.ts";
import { Writer } from "../wire/writer.ts";

/** What the two octets of length before a message on a stream can say (RFC 1035 §4.2.2). */
const MESSAGE_OCTETS_MAX = 65_535;

/** OPTION-CODE and OPTION-LENGTH (RFC 6891 §6.1.2). */
const OPTION_HEADER_OCTETS = 4;

const NO_OPTIONS: readonly EdnsOption[] = [];
const NO_TYPES: readonly number[] = [];

/** What a query is made from. */
export interface QueryOptions {
  /** The message; a view of a buffer that stays untouched until the query is answered. */
  readonly wire: Uint8Array<ArrayBuffer>;
  /** Who asks. */
  readonly client: SocketAddress;
  /** When an answer is due at the latest, on the program's clock. */
  readonly deadlineMs: number;
}

/** A message from a client and all that is known about it, on its way through the resolvers. */
export class Query {
  /** The message as it came. */
  readonly wire: Uint8Array<ArrayBuffer>;
  /** Where things are in `wire`. */
  readonly scan: MessageScan = new MessageScan();
  /** Who asks. */
  readonly client: SocketAddress;
  /** When to give up, on the program's clock. */
  readonly deadlineMs: number;
  /** Why the reply is what it is; told to clients that speak EDNS (RFC 8914). Resolvers add to it. */
  readonly extendedErrors: ExtendedError[] = [];
  /** The upper eight bits of the reply's RCODE, which only an OPT record can carry (RFC 6891 §6.1.3). */
  extendedRcode = 0;
  /** Options that the reply's OPT record must carry; extended errors come behind them. */
  replyOptions: readonly EdnsOption[] = NO_OPTIONS;
  /** Whether the client has brought a server cookie of ours: it really is where its packets come from (RFC 7873). */
  hasValidCookie = false;
  /** Types that are asked for besides the question's (RFC 10029), in the order of the client. */
  otherTypes: readonly number[] = NO_TYPES;

  /** See {@linkcode QueryOptions}. */
  constructor({ wire, client, deadlineMs }: QueryOptions) {
    this.wire = wire;
    this.client = client;
    this.deadlineMs = deadlineMs;
    this.scan.scan(wire);
  }

  /**
   * A copy of the question section as it came, in wire format. Empty when it cannot be read.
   *
   * Not a view: a query that is refused while it waits gives its buffer back, and its exchange goes on.
   */
  get questionOctets(): Uint8Array<ArrayBuffer> {
    return this.wire.slice(HEADER_OCTETS, Math.max(HEADER_OCTETS, this.scan.questionsEnd));
  }

  /** QTYPE of the first question; 0 without one. */
  get qtype(): number {
    return this.scan.qtypeOffset === 0 ? 0 : uint16At(this.wire, this.scan.qtypeOffset);
  }

  /** QCLASS of the first question; 0 without one. */
  get qclass(): number {
    return this.scan.qtypeOffset === 0 ? 0 : uint16At(this.wire, this.scan.qtypeOffset + 2);
  }

  /** The largest reply that may go to this client (RFC 1035 §4.2.1–4.2.2, RFC 6891 §6.2.3–6.2.5), in octets. */
  get replyOctetsMax(): number {
    if (this.client.transport === "tcp") return MESSAGE_OCTETS_MAX;
    if (!this.scan.hasOpt) return PLAIN_UDP_OCTETS;
    return Math.min(UDP_PAYLOAD_OCTETS, Math.max(PLAIN_UDP_OCTETS, this.scan.udpPayloadOctets));
  }

  /** What of `replyOctetsMax` is left for the reply itself when our OPT record has its place. */
  get bodyOctetsMax(): number {
    if (!this.scan.hasOpt) return this.replyOctetsMax;
    const optionOctets = this.replyOptions.reduce((sum, { data }) => sum + OPTION_HEADER_OCTETS + data.length, 0);
    return this.replyOctetsMax - BARE_OPT_OCTETS - optionOctets;
  }

  /** The query for one question of this message: same client, flags, EDNS and deadline. */
  part(question: Question): Query {
    const writer = new Writer();
    writer.octets(this.wire.subarray(0, HEADER_OCTETS));
    writer.name(question.name);
    writer.uint16(question.type);
    writer.uint16(question.class);
    if (this.scan.hasOpt) writer.octets(this.wire.subarray(this.scan.optOffset, this.scan.optEnd));
    const wire = writer.finish();
    [1, 0, 0, this.scan.hasOpt ? 1 : 0].forEach((count, i) => putUint16(wire, 4 + 2 * i, count));
    return new Query({ wire, client: this.client, deadlineMs: this.deadlineMs });
  }

  /**
   * RFC 6840 §5.7, §5.8: a client that sets AD or DO understands the AD bit of the reply; others must not get it.
   */
  get understandsAd(): boolean {
    return (this.scan.flags & FLAG.AD) !== 0 || this.scan.wantsDnssec;
  }
}
