import { ReusedOctets } from "../base/octets/reused_octets.ts";
import { shortCopy } from "../base/octets/short_copies.ts";
import type { Trace } from "../observe/trace.ts";
import { NameKey } from "../names/name_key.ts";
import type { Request } from "../upstream/request.ts";
import { FLAG, HEADER_OCTETS, MESSAGE_OCTETS_MAX } from "../wire/header.ts";
import { BARE_OPT_OCTETS, PLAIN_UDP_OCTETS, UDP_PAYLOAD_OCTETS } from "../wire/edns/edns.ts";
import { MessageScan } from "../wire/scan.ts";
import { isPlainQuery } from "./plain_query.ts";
import type { Client } from "./client.ts";
import type { Decision } from "./decision.ts";
import { Reply } from "./reply.ts";
import type { ReplySlot } from "./reply_slot.ts";

const NO_TYPES: readonly number[] = [];
const NOTHING = new Uint8Array(0);
/** Octets that a query apart keeps room for. What is longer is copied anew. */
const OWN_OCTETS_MAX = 512;

/** What a query is made from. */
export interface QueryOptions {
  /** The message; a view of a buffer that stays untouched until the query is answered. */
  readonly wire: Uint8Array<ArrayBuffer>;
  /** Who asks. */
  readonly client: Client;
  /** When an answer is due at the latest, on the program's clock. */
  readonly deadlineMs: number;
  /** Where a reply that is known at once may be written; `null` when the reply needs octets of its own. */
  readonly slot?: ReplySlot | null;
  /** See `Query.pathOctetsMax`. */
  readonly pathOctetsMax?: number;
  /** A scan of `wire` that is there already, and stays as it is as long as the query is used. */
  readonly scan?: MessageScan;
  /** The key of its QNAME, on the same terms. */
  readonly key?: NameKey;
  /** See `Query.view`. */
  readonly view?: number;
}

/**
 * A message from a client and all that is known about it, on its way through the resolvers.
 *
 * A query that is answered at once is used again for the next message, see `begin`: whoever keeps it for longer than
 * `resolve` takes returns a promise.
 */
export class Query {
  /** Where things are in `wire`. */
  scan: MessageScan;
  /** Whether it is as nearly all are, by its form; see `isPlainQuery`. */
  isPlain: boolean;
  /** What QNAME is looked up by; made once, when it is first asked for. */
  key: NameKey;
  #wire: Uint8Array<ArrayBuffer>;
  #client: Client;
  #deadlineMs: number;
  #slot: ReplySlot | null;
  /** Whose answers are its client's, 0–4194303: views share neither what is remembered nor exchanges. 0 if there is one. */
  view: number;
  /** What the configuration says of it; `null` before, and where it says nothing. */
  decision: Decision | null = null;
  /** Whether somebody allows its name, or leads to it: neither that nor what stands in its answer is blocked. */
  isAllowed = false;
  /** How often another name has been asked for in place of the client's. */
  rewriteCount = 0;
  /** Its reply, and what is known of it before it is there. */
  readonly reply: Reply = new Reply();
  /** Whether the client has brought a server cookie of ours: it really is where its packets come from (RFC 7873). */
  hasValidCookie = false;
  /** The longest reply over UDP that the way to the client is known to carry, in octets. */
  pathOctetsMax: number;
  /** Whether the reply is for this query alone: a failure that it would not get over UDP, or a denial to be asked for again. */
  mustNotBeKept = false;
  /** Where what becomes of it is written down; `null` nearly always. See `Client.trace` and `Tracing`. */
  trace: Trace | null = null;
  /** The port that it has come from; 0 where nobody knows. */
  clientPort = 0;
  /** What is asked of upstreams for it; `null` before. */
  request: Request | null = null;
  /** The question has failed, and is not to be asked again: only what was asked may be awaited. Whoever answers at once takes it back. */
  isKnownToFail = false;
  /** Types that are asked for besides the question's (RFC 10029), in the order of the client. */
  otherTypes: readonly number[] = NO_TYPES;
  /** Where octets of its own stand, if it has had any; see `apart`. */
  #own: ReusedOctets | null = null;
  /** Whose scan and key these are, if they are another's. */
  #origin: Query | null = null;
  #holderCount = 0;

  /** See {@linkcode QueryOptions}. */
  constructor(options: QueryOptions) {
    const { wire, client, deadlineMs, slot = null, scan, key, pathOctetsMax = UDP_PAYLOAD_OCTETS } = options;
    this.#wire = wire;
    this.#client = client;
    this.#deadlineMs = deadlineMs;
    this.#slot = slot;
    this.view = options.view ?? 0;
    this.pathOctetsMax = pathOctetsMax;
    this.scan = scan ?? new MessageScan();
    this.key = key ?? new NameKey();
    if (scan === undefined) this.scan.scan(wire);
    this.isPlain = isPlainQuery(this.scan);
  }

  /**
   * The same query apart from this one, with octets of its own: it may go on when this one has been answered. Only for a
   * query that waits, see above: the two share a scan and a key.
   *
   * @param spare What becomes that query, if there is one to be used again.
   */
  apart(spare: Query | null = null): Query {
    // hot path
    const { scan, key } = this;
    const apart = spare ?? new Query({ wire: NOTHING, client: this.#client, deadlineMs: 0, scan, key });
    apart.#own ??= new ReusedOctets(new Uint8Array(OWN_OCTETS_MAX));
    apart.#reset(apart.#own.copyOf(this.#wire), this.#client, this.#deadlineMs, null);
    apart.view = this.view;
    apart.decision = this.decision;
    apart.trace = this.trace;
    apart.isAllowed = this.isAllowed;
    apart.pathOctetsMax = this.pathOctetsMax;
    apart.scan = scan;
    apart.isPlain = this.isPlain;
    apart.key = key;
    apart.#origin = this;
    this.#holderCount++;
    return apart;
  }

  /** Says that one more needs it as it is: a reply to it that is to come, or whoever may have kept it. */
  hold(): void {
    // hot path
    this.#holderCount++;
  }

  /**
   * Says that its reply is there. Returns whether it may be used again, for another query: no other reply is to come to it,
   * and no other query shares its scan and key.
   */
  release(): boolean {
    // hot path
    if (--this.#holderCount > 0) return false;
    if (this.#origin !== null) this.#origin.#holderCount--;
    this.#origin = null;
    return true;
  }

  /** Makes this the query for another message; what was known about the last one is forgotten. See `QueryOptions`. */
  begin(wire: Uint8Array<ArrayBuffer>, client: Client, deadlineMs: number, slot: ReplySlot | null): void {
    // hot path
    this.#reset(wire, client, deadlineMs, slot);
    this.key.forget();
    this.scan.scan(wire);
    this.isPlain = isPlainQuery(this.scan);
  }

  #reset(wire: Uint8Array<ArrayBuffer>, client: Client, deadlineMs: number, slot: ReplySlot | null): void {
    // hot path
    this.#wire = wire;
    this.#client = client;
    this.#deadlineMs = deadlineMs;
    this.#slot = slot;
    this.view = 0;
    this.decision = null;
    this.isAllowed = false;
    this.rewriteCount = 0;
    this.reply.begin();
    this.hasValidCookie = false;
    this.mustNotBeKept = false;
    this.request = null;
    this.isKnownToFail = false;
    this.otherTypes = NO_TYPES;
    this.pathOctetsMax = UDP_PAYLOAD_OCTETS;
    this.#holderCount = 0;
  }

  /** The message as it came. */
  get wire(): Uint8Array<ArrayBuffer> {
    return this.#wire;
  }

  /** Who asks. */
  get client(): Client {
    return this.#client;
  }

  /** Whether the client really is where its packets come from: by its channel's handshake, or a cookie of ours. */
  get isAddressProven(): boolean {
    return this.client.isAddressProven || this.hasValidCookie;
  }

  /** When to give up, on the program's clock. */
  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  /** Where a reply that is known at once may be written, ready to be finished there; see `ReplySlot`. */
  get slot(): ReplySlot | null {
    return this.#slot;
  }

  /** Gives up the slot: the listener needs it for the next reply before this one is finished. */
  leaveSlot(): void {
    this.#slot = null;
  }

  /**
   * A copy of the question section as it came, in wire format. Empty when it cannot be read.
   * Not a view: a query that is refused while it waits gives its buffer back, and its exchange goes on.
   */
  get questionOctets(): Uint8Array<ArrayBuffer> {
    return shortCopy(this.wire, HEADER_OCTETS, Math.max(HEADER_OCTETS, this.scan.questionsEnd));
  }

  /** Overwrites the question section of `message` with this query's, which stands at the same place and is as long. */
  putQuestions(message: Uint8Array): void {
    // hot path
    const end = this.scan.questionsEnd;
    for (let i = HEADER_OCTETS; i < end; i++) message[i] = this.#wire[i]!;
  }

  /** QTYPE of the first question; 0 without one. */
  get qtype(): number {
    return this.scan.qtype;
  }

  /** QCLASS of the first question; 0 without one. */
  get qclass(): number {
    return this.scan.qclass;
  }

  /** The largest reply that may go to this client (RFC 1035 §4.2.1–4.2.2, RFC 6891 §6.2.3–6.2.5), in octets. */
  get replyOctetsMax(): number {
    if (this.client.isStream) return MESSAGE_OCTETS_MAX;
    if (!this.scan.hasOpt) return PLAIN_UDP_OCTETS;
    return Math.min(this.pathOctetsMax, Math.max(PLAIN_UDP_OCTETS, this.scan.udpPayloadOctets));
  }

  /** What of `replyOctetsMax` is left for the reply itself when our OPT record has its place. */
  get bodyOctetsMax(): number {
    if (!this.scan.hasOpt) return this.replyOctetsMax;
    const octetsMax = this.replyOctetsMax - BARE_OPT_OCTETS;
    return this.reply.options.length === 0 ? octetsMax : octetsMax - this.reply.optionOctets;
  }

  /** RFC 6840 §5.7, §5.8: a client that sets AD or DO understands the AD bit of the reply; others must not get it. */
  get understandsAd(): boolean {
    return (this.scan.flags & FLAG.AD) !== 0 || this.scan.wantsDnssec;
  }
}
