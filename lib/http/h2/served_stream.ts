import type { HttpExchange, HttpFields } from "../../base/http/http_exchange.ts";
import { fieldIn } from "../fields.ts";
import { blockOf } from "./blocks.ts";
import type { ContentSender } from "./content_sender.ts";
import { H2Stream } from "./h2_stream.ts";
import type { RequestHead } from "./message_head.ts";
import type { OctetsOut } from "../frames/octets_out.ts";
import type { PeerSettings } from "./peer_settings.ts";
import { putHeaders } from "../frames/put_frames.ts";

/** What of a connection answers leave by. */
export interface ServedConnection {
  /** See `H2Connection`. */
  readonly connection: { readonly out: OctetsOut; readonly sender: ContentSender; readonly peer: PeerSettings };
  /** The whole answer has left. */
  onAnswered(stream: ServedStream): void;
}

/** A request that came on a stream of its own, and its answer. */
export class ServedStream extends H2Stream implements HttpExchange {
  /** See `HttpExchange`. */
  isGone = false;
  readonly #head: RequestHead;
  readonly #owner: ServedConnection;
  #read: ((content: Uint8Array<ArrayBuffer> | null) => void) | null = null;
  #octetsMax = 0;
  /** What has come, when it has come in several parts. */
  #content: Uint8Array<ArrayBuffer> | null = null;
  #contentOctets = 0;
  #isAnswered = false;

  /** What `head` asks for. */
  constructor(id: number, head: RequestHead, owner: ServedConnection) {
    super(id, owner.connection.peer.windowOctets);
    this.#head = head;
    this.#owner = owner;
  }

  /** See `HttpExchange`. */
  get method(): string {
    return this.#head.method;
  }

  /** See `HttpExchange`. */
  get path(): string {
    return this.#head.path;
  }

  /** See `HttpExchange`. */
  get authority(): string | null {
    return this.#head.authority ?? this.field("host");
  }

  /** See `HttpExchange`. */
  field(name: string): string | null {
    return fieldIn(this.#head.fields, name);
  }

  /** See `HttpExchange`. */
  readContent(octetsMax: number, read: (content: Uint8Array<ArrayBuffer> | null) => void): void {
    if (this.isComplete) return read(new Uint8Array());
    if (this.#head.contentLength > octetsMax) return read(null);
    this.#read = read;
    this.#octetsMax = octetsMax;
  }

  /** Takes what came of the content, which is only lent. Returns whether it is as long as was said (RFC 9113 §8.1.1). */
  take(octets: Uint8Array<ArrayBuffer>, isEnd: boolean): boolean {
    const before = this.#contentOctets;
    this.#contentOctets += octets.length;
    const { contentLength } = this.#head;
    if (contentLength !== -1 && (isEnd ? this.#contentOctets !== contentLength : this.#contentOctets > contentLength)) {
      return false;
    }
    const read = this.#read;
    if (read === null) return true;
    if (this.#contentOctets > this.#octetsMax) {
      this.#finish(null, read);
      return true;
    }
    if (isEnd && before === 0) {
      this.#finish(octets.slice(), read);
      return true;
    }
    this.#keep(octets, before);
    if (isEnd) this.#finish(this.#content!.slice(0, this.#contentOctets), read);
    return true;
  }

  /** See `HttpExchange`. */
  respond(status: number, fields: HttpFields, content: Uint8Array<ArrayBuffer> | null): void {
    if (this.isGone || this.#isAnswered) return;
    this.#isAnswered = true;
    const { out, sender, peer } = this.#owner.connection;
    const length = content === null ? 0 : content.length;
    putHeaders(out, this.id, blockOf(status, fields), length, length === 0, peer.takeTableSize());
    if (length === 0 || sender.send(this, content!)) this.#owner.onAnswered(this);
  }

  #finish(content: Uint8Array<ArrayBuffer> | null, read: (content: Uint8Array<ArrayBuffer> | null) => void): void {
    this.#read = null;
    this.#content = null;
    read(content);
  }

  #keep(octets: Uint8Array<ArrayBuffer>, before: number): void {
    const wanted = before + octets.length;
    if (this.#content === null || this.#content.length < wanted) {
      const larger = new Uint8Array(Math.min(this.#octetsMax, Math.max(512, 2 * wanted)));
      if (this.#content !== null) larger.set(this.#content.subarray(0, before));
      this.#content = larger;
    }
    this.#content.set(octets, before);
  }
}
