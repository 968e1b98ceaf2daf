/** Kinds of frames (RFC 9113 §6). Others are ignored (§4.1). */
export const FRAME = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

/** Their flags. One bit may mean different things in different kinds. */
export const FLAG = { ACK: 0x1, END_STREAM: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/** Why a stream or a connection ends (RFC 9113 §7). */
export const H2_CODE = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  ENHANCE_YOUR_CALM: 11,
  HTTP_1_1_REQUIRED: 13,
} as const;

/** What each side may set (RFC 9113 §6.5.2). */
export const SETTING = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const;

/** Octets before the payload of each frame (RFC 9113 §4.1). */
export const FRAME_HEADER_OCTETS = 9;
/** The longest payload as long as nobody allows more (RFC 9113 §4.2), and we do not. */
export const FRAME_OCTETS_MAX = 16_384;
/** What may be sent before anybody says otherwise (RFC 9113 §6.9.2), on a stream and on a connection. */
export const WINDOW_OCTETS = 65_535;
/** The largest window (RFC 9113 §6.9.1). */
export const WINDOW_OCTETS_MAX = 2 ** 31 - 1;
/** What a client sends first (RFC 9113 §3.4). */
export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** The connection is over: what came breaks the rules that both sides need (RFC 9113 §5.4.1). */
export class H2Error extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "H2Error";
  /** What the other side is told: one of `H2_CODE`. */
  readonly code: number;

  /** See `code`. */
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a code is called in words, for the operator. */
export function codeText(code: number): string {
  return Object.entries(H2_CODE).find(([, value]) => value === code)?.[0] ?? `error ${code}`;
}
