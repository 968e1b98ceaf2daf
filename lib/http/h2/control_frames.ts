import { FLAG, FRAME, H2_CODE, H2Error, WINDOW_OCTETS_MAX } from "../frames/frame.ts";
import type { FrameReader } from "../frames/frame_reader.ts";
import type { ContentSender } from "./content_sender.ts";
import type { H2Role } from "./h2_role.ts";
import type { H2Stream } from "./h2_stream.ts";
import type { OctetsOut } from "../frames/octets_out.ts";
import type { PeerSettings } from "./peer_settings.ts";
import { putFrame } from "../frames/put_frames.ts";

/** What of a connection they change; see `H2Connection`. */
export interface ControlledConnection {
  /** What leaves. */
  readonly out: OctetsOut;
  /** The content that leaves. */
  readonly sender: ContentSender;
  /** What the other side has set. */
  readonly peer: PeerSettings;
  /** The streams that are open. */
  readonly streams: ReadonlyMap<number, H2Stream>;
  /** Whether nobody has opened this stream yet. */
  isIdle(streamId: number): boolean;
  /** Takes a stream away. */
  remove(streamId: number): void;
  /** Takes a stream away, and says so. */
  reset(streamId: number, code: number): void;
}

/** Frames that carry neither headers nor content (RFC 9113 §6.3–§6.9). */
export class ControlFrames {
  readonly #connection: ControlledConnection;
  readonly #role: H2Role;

  /** Those of `connection`. */
  constructor(connection: ControlledConnection, role: H2Role) {
    this.#connection = connection;
    this.#role = role;
  }

  /**
   * Does what a frame says. One of a kind that nobody knows says nothing.
   *
   * @throws {H2Error} when it may not be.
   */
  take(frame: FrameReader): void {
    const { type } = frame;
    if (type === FRAME.RST_STREAM) this.#onReset(frame);
    else if (type === FRAME.SETTINGS) this.#onSettings(frame);
    else if (type === FRAME.PING) this.#onPing(frame);
    else if (type === FRAME.GOAWAY) this.#onGoaway(frame);
    else if (type === FRAME.WINDOW_UPDATE) this.#onWindow(frame);
    else if (type === FRAME.PUSH_PROMISE) throw broken("something is pushed");
    else if (type === FRAME.PRIORITY) this.#onPriority(frame);
  }

  #onReset(frame: FrameReader): void {
    const { streamId } = frame;
    assertLength(frame, 4);
    if (this.#connection.isIdle(streamId)) throw broken("a stream is reset that there is not");
    const stream = this.#connection.streams.get(streamId);
    if (stream === undefined) return;
    const code = frame.number(0);
    this.#connection.remove(streamId);
    this.#role.onReset(stream, code);
  }

  #onSettings(frame: FrameReader): void {
    assertConnection(frame);
    const isAck = frame.has(FLAG.ACK);
    if (isAck ? frame.length > 0 : frame.length % 6 !== 0) throw wrongSize();
    if (isAck) return;
    const { out, sender, peer, streams } = this.#connection;
    const grown = peer.take(frame);
    // RFC 9113 §6.9.2: what is under way is sent more, or less than nothing.
    for (const stream of grown === 0 ? [] : streams.values()) {
      stream.sendWindow += grown;
      if (stream.sendWindow > WINDOW_OCTETS_MAX) throw tooLarge();
    }
    putFrame(out, FRAME.SETTINGS, FLAG.ACK, 0, 0);
    if (grown > 0) sender.goOn();
    this.#role.onSettings();
  }

  #onPing(frame: FrameReader): void {
    assertConnection(frame);
    assertLength(frame, 8);
    if (frame.has(FLAG.ACK)) return;
    const { out } = this.#connection;
    const at = putFrame(out, FRAME.PING, FLAG.ACK, 0, 8);
    out.octets.set(frame.octets.subarray(frame.start, frame.end), at);
  }

  #onGoaway(frame: FrameReader): void {
    assertConnection(frame);
    if (frame.length < 8) throw wrongSize();
    this.#role.onGoaway(frame.number(0) & WINDOW_OCTETS_MAX, frame.number(4));
  }

  #onWindow(frame: FrameReader): void {
    const { streamId } = frame;
    const { sender, streams } = this.#connection;
    assertLength(frame, 4);
    const more = frame.number(0) & WINDOW_OCTETS_MAX;
    if (streamId === 0) {
      if (more === 0) throw broken("a window grows by nothing");
      sender.window += more;
      if (sender.window > WINDOW_OCTETS_MAX) throw tooLarge();
      return sender.goOn();
    }
    if (this.#connection.isIdle(streamId)) throw broken("a stream is let send that there is not");
    const stream = streams.get(streamId);
    if (stream === undefined) return;
    stream.sendWindow += more;
    if (more > 0 && stream.sendWindow <= WINDOW_OCTETS_MAX) return sender.goOn();
    // The stream's own fault (RFC 9113 §6.9): it counts as given up by the other side, which has brought it about.
    const code = more === 0 ? H2_CODE.PROTOCOL_ERROR : H2_CODE.FLOW_CONTROL_ERROR;
    this.#connection.reset(streamId, code);
    this.#role.onReset(stream, code);
  }

  #onPriority(frame: FrameReader): void {
    if (frame.streamId === 0) throw broken("the connection gets a priority");
    assertLength(frame, 5);
  }
}

function assertConnection({ streamId }: FrameReader): void {
  if (streamId !== 0) throw broken("a stream says what is the connection's");
}

function assertLength({ length }: FrameReader, octets: number): void {
  if (length !== octets) throw wrongSize();
}

function wrongSize(): H2Error {
  return new H2Error(H2_CODE.FRAME_SIZE_ERROR, "a frame has the wrong size");
}

function tooLarge(): H2Error {
  return new H2Error(H2_CODE.FLOW_CONTROL_ERROR, "a window is too large");
}

function broken(text: string): H2Error {
  return new H2Error(H2_CODE.PROTOCOL_ERROR, text);
}
