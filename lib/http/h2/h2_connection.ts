import type { ByteStream } from "../../base/net/byte_stream.ts";
import { OctetsOut } from "../frames/octets_out.ts";
import { ContentSender } from "./content_sender.ts";
import { ControlFrames } from "./control_frames.ts";
import { FLAG, FRAME, H2_CODE, H2Error, PREFACE } from "../frames/frame.ts";
import { FrameReader } from "../frames/frame_reader.ts";
import type { H2Role } from "./h2_role.ts";
import type { H2Stream } from "./h2_stream.ts";
import { type Block, HeaderBlocks } from "./header_blocks.ts";
import { PeerSettings } from "./peer_settings.ts";
import { putGoaway, putNumberFrame } from "../frames/put_frames.ts";
import { ReceiveWindow } from "./receive_window.ts";

/** Octets that wait to leave, above which nothing more is looked at. */
const WAITING_OCTETS_MAX = 65_536;
/** Frames in a row that ask for nothing. Whoever sends so many wants to see us work (RFC 9113 §10.5). */
const IDLE_FRAMES_MAX = 10_000;
/** Streams that we have reset lately, on which something may still be on its way (RFC 9113 §5.1). */
const RESET_MAX = 256;

/** What a connection is made from. */
export interface H2ConnectionOptions {
  /** Belongs to the connection from now on. */
  readonly socket: ByteStream;
  /** What of it has come already, looked at by somebody else. */
  readonly first: Uint8Array | null;
  /** Who makes sense of it. */
  readonly role: H2Role;
  /** Octets of the fields of a header. */
  readonly fieldOctetsMax: number;
  /** See `ReceiveWindow`. */
  readonly windowOctets: number;
}

/** A connection that speaks HTTP/2 (RFC 9113), as both sides do it: frames, settings, windows. */
export class H2Connection {
  /** What leaves. */
  readonly out: OctetsOut;
  /** The content that leaves. */
  readonly sender: ContentSender;
  /** What the other side has set. */
  readonly peer: PeerSettings = new PeerSettings();
  /** What may come. */
  readonly window: ReceiveWindow;
  /** The streams that are open. The role adds to them. */
  readonly streams: Map<number, H2Stream> = new Map();
  /** The last stream that was opened. */
  lastStreamId = 0;
  readonly #socket: ByteStream;
  readonly #role: H2Role;
  readonly #frame = new FrameReader();
  readonly #blocks: HeaderBlocks;
  readonly #control: ControlFrames;
  readonly #reset = new Set<number>();
  /** What the other side was told last; it does not grow again. */
  #lastTakenId = Infinity;
  #idleFrames = 0;
  #hasSettings = false;
  #isClosed = false;
  #failure: H2Error | null = null;
  #left = Promise.withResolvers<void>();

  /** See {@linkcode H2ConnectionOptions}. */
  constructor({ socket, first, role, fieldOctetsMax, windowOctets }: H2ConnectionOptions) {
    this.#socket = socket;
    this.#role = role;
    this.#blocks = new HeaderBlocks(fieldOctetsMax);
    this.out = new OctetsOut({ socket, onSent: () => this.#onSent(), onFailure: (error) => this.close(error) });
    this.sender = new ContentSender(this.out, (stream) => role.onContentSent(stream));
    this.window = new ReceiveWindow(this.out, windowOctets);
    this.#control = new ControlFrames(this, role);
    if (first === null) return;
    this.#frame.space().set(first);
    this.#frame.filled(first.length);
  }

  /** Whether it is closed, or about to be. */
  get isClosed(): boolean {
    return this.#isClosed || this.#failure !== null;
  }

  /** Reads to the end. To be called once, when our settings have been put. Never rejects. */
  async run(): Promise<void> {
    this.window.open();
    try {
      let isPast = !this.#role.isServer;
      for (;;) {
        isPast ||= this.#takePreface();
        if (isPast) await this.#takeFrames();
        const count = this.isClosed ? null : await this.#socket.read(this.#frame.space());
        if (count === null || this.isClosed) break;
        this.#frame.filled(count);
      }
      if (this.#failure === null) this.close(null);
    } catch (error) {
      if (error instanceof H2Error) this.fail(error);
      else this.close(error);
    }
  }

  /** Something was asked for, or answered. */
  noteUse(): void {
    this.#idleFrames = 0;
  }

  /** Takes a stream away, and says so with one of `H2_CODE`. */
  reset(streamId: number, code: number): void {
    this.remove(streamId);
    this.#noteReset(streamId);
    putNumberFrame(this.out, FRAME.RST_STREAM, streamId, code);
  }

  /** The other side opens a stream that it has been told nothing comes of. What comes on it is overlooked. */
  ignore(streamId: number): void {
    this.lastStreamId = streamId;
    this.#noteReset(streamId);
  }

  /** Takes a stream away: nothing comes and nothing leaves any more. */
  remove(streamId: number): void {
    const stream = this.streams.get(streamId);
    if (stream === undefined) return;
    this.streams.delete(streamId);
    this.sender.forget(stream);
    this.window.credit(stream.receivedOctets);
    stream.receivedOctets = 0;
  }

  /** Whether nobody has opened this stream yet. */
  isIdle(streamId: number): boolean {
    return streamId > this.lastStreamId || streamId % 2 === 0;
  }

  /** Says that nothing is done about streams that are opened from now on (RFC 9113 §6.8). */
  goAway(code: number): void {
    this.#lastTakenId = Math.min(this.#lastTakenId, this.#role.isServer ? this.lastStreamId : 0);
    putGoaway(this.out, this.#lastTakenId, code);
  }

  /** Says that the connection is over, and why; it is closed when that has left. */
  fail(error: H2Error): void {
    if (this.isClosed) return;
    this.#failure = error;
    this.goAway(error.code);
    this.out.afterLast(() => this.close(error));
  }

  /** Closes it now. */
  close(error: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.out.close();
    this.#socket.close();
    this.#left.resolve();
    this.#role.onClosed(this.#failure ?? error);
  }

  #noteReset(streamId: number): void {
    this.#reset.add(streamId);
    if (this.#reset.size > RESET_MAX) this.#reset.delete(this.#reset.values().next().value!);
  }

  #onSent(): void {
    const { resolve } = this.#left;
    this.#left = Promise.withResolvers<void>();
    resolve();
    this.#role.onSent();
  }

  #takePreface(): boolean {
    const isThere = this.#frame.takeText(PREFACE);
    if (isThere === false) throw new H2Error(H2_CODE.PROTOCOL_ERROR, "this is not HTTP/2");
    return isThere === true;
  }

  async #takeFrames(): Promise<void> {
    const frame = this.#frame;
    for (;;) {
      // Who does not read what is said gets no more said.
      while (this.out.waitingOctets > WAITING_OCTETS_MAX && !this.#isClosed) await this.#left.promise;
      for (let wait = this.#role.gate(); wait !== null; wait = this.#role.gate()) await wait;
      if (this.isClosed || !frame.next()) return;
      this.#take(frame);
    }
  }

  #take(frame: FrameReader): void {
    const { type, streamId } = frame;
    if (!this.#hasSettings && type !== FRAME.SETTINGS) throw broken("something comes before the settings");
    this.#hasSettings = true;
    if (this.#blocks.streamId !== 0 && (type !== FRAME.CONTINUATION || streamId !== this.#blocks.streamId)) {
      throw broken("something comes within a header");
    }
    if (++this.#idleFrames > IDLE_FRAMES_MAX) throw new H2Error(H2_CODE.ENHANCE_YOUR_CALM, "nothing is asked for");
    if (type === FRAME.DATA) this.#onData(frame);
    else if (type === FRAME.HEADERS) this.#onHeaders(frame);
    else if (type === FRAME.CONTINUATION) this.#onContinuation(frame);
    else this.#control.take(frame);
  }

  #onHeaders(frame: FrameReader): void {
    const { streamId } = frame;
    if (streamId % 2 === 0) throw broken("a header of no stream");
    const block = this.#blocks.begin(frame);
    if (block !== null) this.#onBlock(streamId, block);
  }

  #onContinuation(frame: FrameReader): void {
    const { streamId } = frame;
    if (this.#blocks.streamId === 0) throw broken("a header goes on that did not begin");
    const block = this.#blocks.goOn(frame);
    if (block !== null) this.#onBlock(streamId, block);
  }

  #onBlock(streamId: number, block: Block): void {
    const stream = this.streams.get(streamId);
    if (stream === undefined && !this.isIdle(streamId)) return this.#onGone(streamId);
    if (stream?.isComplete === true) return this.reset(streamId, H2_CODE.STREAM_CLOSED);
    this.#role.onBlock(streamId, block, this.#blocks.isEnd);
  }

  #onData(frame: FrameReader): void {
    const { streamId } = frame;
    const octets = frame.length;
    if (this.isIdle(streamId)) throw broken("content of no stream");
    this.window.take(octets);
    const isEnd = frame.has(FLAG.END_STREAM);
    frame.withoutPadding(frame.has(FLAG.PADDED));
    const stream = this.streams.get(streamId);
    if (stream === undefined || stream.isComplete) {
      this.window.credit(octets);
      return stream === undefined ? this.#onGone(streamId) : this.reset(streamId, H2_CODE.STREAM_CLOSED);
    }
    stream.receivedOctets += frame.length;
    this.window.credit(octets - frame.length);
    this.#role.onContent(stream, frame.octets.subarray(frame.start, frame.end), isEnd);
  }

  /** What was on its way when we reset its stream is nobody's fault (RFC 9113 §5.1). */
  #onGone(streamId: number): void {
    if (!this.#reset.has(streamId)) {
      throw new H2Error(H2_CODE.STREAM_CLOSED, "something comes behind the end of its stream");
    }
  }
}

function broken(text: string): H2Error {
  return new H2Error(H2_CODE.PROTOCOL_ERROR, text);
}
