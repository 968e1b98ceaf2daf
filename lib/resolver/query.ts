import type { SocketAddress } from "../base/address.ts";
import { BARE_OPT_OCTETS, type ExtendedError, PLAIN_UDP_OCTETS, UDP_PAYLOAD_OCTETS } from "../wire/edns.ts";
import { FLAG, HEADER_OCTETS } from "../wire/header.ts";
import type { Question } from "../wire/message.ts";
import { putUint16 } from "../wire/patch.ts";
import { MessageScan } from "../wire/scan.ts";
import { Writer } from "../wire/writer.ts";

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

  /** See {@linkcode QueryOptions}. */
  constructor({ wire, client, deadlineMs }: QueryOptions) {
    this.wire = wire;
    this.client = client;
    this.deadlineMs = deadlineMs;
    this.scan.scan(wire);
  }

  /** The question section as it came, in wire format. Empty when it cannot be read. */
  get questionOctets(): Uint8Array<ArrayBuffer> {
    return this.wire.subarray(HEADER_OCTETS, Math.max(HEADER_OCTETS, this.scan.questionsEnd));
  }

  /** The largest UDP payload that may go to this client (RFC 1035 §4.2.1, RFC 6891 §6.2.3–6.2.5), in octets. */
  get replyOctetsMax(): number {
    if (!this.scan.hasOpt) return PLAIN_UDP_OCTETS;
    return Math.min(UDP_PAYLOAD_OCTETS, Math.max(PLAIN_UDP_OCTETS, this.scan.udpPayloadOctets));
  }

  /** What of `replyOctetsMax` is left for the reply itself when our OPT record has its place. */
  get bodyOctetsMax(): number {
    return this.replyOctetsMax - (this.scan.hasOpt ? BARE_OPT_OCTETS : 0);
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
