import { type ByteStream, writeAll } from "../../base/net/byte_stream.ts";
import {
  CONTENT_TYPE,
  CONTROL,
  type ControlFrame,
  controlFrame,
  ControlFrames,
  FrameStreamError,
} from "./control_frames.ts";

/** Says what will be sent, hears whether that is read, and begins. */
export async function beginStream(stream: ByteStream, heard: ControlReader): Promise<void> {
  await writeAll(stream, controlFrame(CONTROL.ready, CONTENT_TYPE));
  const { control, contentTypes } = await heard.next();
  if (control !== CONTROL.accept) throw new FrameStreamError("it does not accept");
  if (contentTypes.length > 0 && !contentTypes.includes(CONTENT_TYPE)) {
    throw new FrameStreamError(`it reads ${contentTypes.join(", ")}, and no dnstap`);
  }
  await writeAll(stream, controlFrame(CONTROL.start, CONTENT_TYPE));
}

/** Hears what the other side says. */
export class ControlReader {
  readonly #stream: ByteStream;
  readonly #frames = new ControlFrames();
  readonly #buffer = new Uint8Array(512);

  /** Reads what comes on `stream`. */
  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /**
   * The next that it says.
   *
   * @throws {FrameStreamError} when it says nothing more, or something else.
   */
  async next(): Promise<ControlFrame> {
    for (;;) {
      const frame = this.#frames.next();
      if (frame !== null) return frame;
      const count = await this.#stream.read(this.#buffer);
      if (count === null) throw new FrameStreamError("it has closed the connection");
      this.#frames.add(this.#buffer.subarray(0, count));
    }
  }
}
