import { putUint32 } from "../../wire/octets.ts";

/** Message.Type of dnstap.proto, as far as it is about forwarders. */
export const MESSAGE_TYPE = { clientQuery: 5, clientResponse: 6, forwarderQuery: 7, forwarderResponse: 8 } as const;

/** SocketProtocol. */
export const SOCKET_PROTOCOL = { udp: 1, tcp: 2, tls: 3, https: 4, quic: 7 } as const;

/** Of a frame, beside its message and the names at its head, at most. */
const REST_OCTETS_MAX = 96;

/** The numbers of fields (Dnstap and Message of dnstap.proto) together with how they are written (Protocol Buffers: wire types). */
const VARINT = 0;
const OCTETS = 2;
const FIXED32 = 5;
const IDENTITY = tag(1, OCTETS);
const VERSION = tag(2, OCTETS);
const MESSAGE = tag(14, OCTETS);
const KIND = tag(15, VARINT);
const TYPE = tag(1, VARINT);
const FAMILY = tag(2, VARINT);
const PROTOCOL = tag(3, VARINT);
const QUERY_ADDRESS = tag(4, OCTETS);
const RESPONSE_ADDRESS = tag(5, OCTETS);
const QUERY_PORT = tag(6, VARINT);
const RESPONSE_PORT = tag(7, VARINT);
const QUERY_SECONDS = tag(8, VARINT);
const QUERY_NANOSECONDS = tag(9, FIXED32);
const QUERY_MESSAGE = tag(10, OCTETS);
const RESPONSE_SECONDS = tag(12, VARINT);
const RESPONSE_NANOSECONDS = tag(13, FIXED32);
const RESPONSE_MESSAGE = tag(14, OCTETS);

function tag(field: number, wireType: number): number {
  return field << 3 | wireType;
}

/** A moment of the day, as it is told. */
export class Moment {
  /** Since 1970; -1 for a moment that nobody knows. */
  seconds: number = -1;
  /** 0–999999999 */
  nanoseconds = 0;
}

/**
 * What is told of one message, as a frame of a stream (dnstap.proto). Filled in anew for each, and put into a buffer at once: the
 * octets that it speaks of are lent. Two frames, for a question and its reply, 0.22 µs; without the client's options 0.27
 * (bench/micro/dnstap_bench.ts).
 */
export class MessageFrame {
  /** One of `MESSAGE_TYPE`. */
  type = 0;
  /** One of `SOCKET_PROTOCOL`. */
  protocol = 0;
  /** Whether the addresses are of IPv6. */
  isIpv6 = false;
  /** The address of whoever asks; `null` when it is not told. */
  queryAddress: Uint8Array | null = null;
  /** The address of whoever is asked; `null` when it is not told. */
  responseAddress: Uint8Array | null = null;
  /** 0 when it is not told. */
  queryPort = 0;
  /** 0 when it is not told. */
  responsePort = 0;
  /** When the query was sent, or came. */
  readonly queryAt: Moment = new Moment();
  /** When the response was sent, or came; only told of responses. */
  readonly responseAt: Moment = new Moment();
  /** The message. */
  message: Uint8Array = NOTHING;
  /** How much of it is told; 0 when it is not. */
  messageOctets = 0;
  /** Two octets from here on are told as zeros: the length of options that are left out; -1 for nowhere. */
  zerosAt: number = -1;
  readonly #head: Uint8Array;

  /** What each frame says of this program. Empty texts are not told. */
  constructor(identity: string, version: string) {
    const texts = [[IDENTITY, identity], [VERSION, version]] as const;
    const head = [];
    for (const [field, text] of texts) {
      const octets = new TextEncoder().encode(text);
      if (octets.length === 0) continue;
      const length = new Uint8Array(varintOctets(octets.length));
      putVarint(length, 0, octets.length);
      head.push(field, ...length, ...octets);
    }
    // Type.MESSAGE, the only one that there is.
    this.#head = new Uint8Array([...head, KIND, 1]);
  }

  /** Octets that the frame has at most. */
  get octetsMax(): number {
    // hot path
    return this.#head.length + REST_OCTETS_MAX + this.messageOctets;
  }

  /** Writes the frame, behind its length, to `octets` from `at` on. Returns its end. */
  putInto(octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    const head = this.#head;
    let end = at + 4;
    for (let i = 0; i < head.length; i++) octets[end++] = head[i]!;
    octets[end++] = MESSAGE;
    end = this.#putMessage(octets, putVarint(octets, end, this.#messageFieldOctets()));
    putUint32(octets, at, end - at - 4);
    return end;
  }

  /** Of what `#putMessage` writes. */
  #messageFieldOctets(): number {
    // hot path
    const { queryAddress, responseAddress, queryPort, responsePort, messageOctets } = this;
    let length = 6 + momentOctets(this.queryAt);
    if (queryAddress !== null) length += 2 + queryAddress.length;
    if (responseAddress !== null) length += 2 + responseAddress.length;
    if (queryPort !== 0) length += 1 + varintOctets(queryPort);
    if (responsePort !== 0) length += 1 + varintOctets(responsePort);
    if (this.#isResponse) length += momentOctets(this.responseAt);
    if (messageOctets !== 0) length += 1 + varintOctets(messageOctets) + messageOctets;
    return length;
  }

  get #isResponse(): boolean {
    // hot path
    // Odd ones are queries.
    return (this.type & 1) === 0;
  }

  #putMessage(octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    const { queryPort, responsePort, messageOctets } = this;
    const isResponse = this.#isResponse;
    octets[at] = TYPE;
    octets[at + 1] = this.type;
    octets[at + 2] = FAMILY;
    octets[at + 3] = this.isIpv6 ? 2 : 1;
    octets[at + 4] = PROTOCOL;
    octets[at + 5] = this.protocol;
    let end = putOctets(octets, at + 6, QUERY_ADDRESS, this.queryAddress);
    end = putOctets(octets, end, RESPONSE_ADDRESS, this.responseAddress);
    if (queryPort !== 0) {
      octets[end++] = QUERY_PORT;
      end = putVarint(octets, end, queryPort);
    }
    if (responsePort !== 0) {
      octets[end++] = RESPONSE_PORT;
      end = putVarint(octets, end, responsePort);
    }
    end = putMoment(octets, end, QUERY_SECONDS, QUERY_NANOSECONDS, this.queryAt);
    if (isResponse) end = putMoment(octets, end, RESPONSE_SECONDS, RESPONSE_NANOSECONDS, this.responseAt);
    if (messageOctets === 0) return end;
    octets[end++] = isResponse ? RESPONSE_MESSAGE : QUERY_MESSAGE;
    return this.#copyMessage(octets, putVarint(octets, end, messageOctets));
  }

  #copyMessage(octets: Uint8Array<ArrayBuffer>, at: number): number {
    // hot path
    const { message, messageOctets, zerosAt } = this;
    // Up to some 100 octets a loop is faster than `set`, which is only for what is whole: a view would be made for a part.
    if (messageOctets === message.length && messageOctets > COPIED_BY_LOOP_MAX) octets.set(message, at);
    else for (let i = 0; i < messageOctets; i++) octets[at + i] = message[i]!;
    if (zerosAt >= 0) octets[at + zerosAt] = octets[at + zerosAt + 1] = 0;
    return at + messageOctets;
  }
}

const NOTHING = new Uint8Array(0);
const COPIED_BY_LOOP_MAX = 96;

function momentOctets({ seconds }: Moment): number {
  // hot path
  return seconds < 0 ? 0 : 6 + varintOctets(seconds);
}

function putMoment(
  octets: Uint8Array<ArrayBuffer>,
  at: number,
  secondsTag: number,
  rest: number,
  moment: Moment,
): number {
  // hot path
  const { seconds, nanoseconds } = moment;
  if (seconds < 0) return at;
  octets[at] = secondsTag;
  const end = putVarint(octets, at + 1, seconds);
  octets[end] = rest;
  // Little-endian, as fixed32 is.
  octets[end + 1] = nanoseconds;
  octets[end + 2] = nanoseconds >>> 8;
  octets[end + 3] = nanoseconds >>> 16;
  octets[end + 4] = nanoseconds >>> 24;
  return end + 5;
}

function putOctets(octets: Uint8Array<ArrayBuffer>, at: number, field: number, value: Uint8Array | null): number {
  // hot path
  if (value === null) return at;
  const { length } = value;
  octets[at] = field;
  octets[at + 1] = length;
  for (let i = 0; i < length; i++) octets[at + 2 + i] = value[i]!;
  return at + 2 + length;
}

/** Octets that an unsigned 32-bit number takes, seven bits in each. */
function varintOctets(value: number): number {
  // hot path
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}

function putVarint(octets: Uint8Array<ArrayBuffer>, at: number, value: number): number {
  // hot path
  let rest = value;
  let end = at;
  while (rest > 0x7f) {
    octets[end++] = rest & 0x7f | 0x80;
    rest >>>= 7;
  }
  octets[end] = rest;
  return end + 1;
}
