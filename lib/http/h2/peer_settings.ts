import { H2_CODE, H2Error, SETTING, WINDOW_OCTETS, WINDOW_OCTETS_MAX } from "../frames/frame.ts";
import type { FrameReader } from "../frames/frame_reader.ts";

/** What may be remembered as long as nobody says otherwise (RFC 9113 §6.5.2). */
const TABLE_OCTETS = 4096;

/** What the other side has set (RFC 9113 §6.5.2), as far as it matters to us. */
export class PeerSettings {
  /** Streams that it lets us open at a time. */
  streamsMax: number = Infinity;
  /** What a stream may be sent before it says more. */
  windowOctets: number = WINDOW_OCTETS;
  #owesTableSize = false;

  /**
   * Whether the next header block has to say at its beginning how large our table of its is, which we do not use: the other side has
   * made it smaller (RFC 9113 §4.3.1, RFC 7541 §4.2). Said once.
   */
  takeTableSize(): boolean {
    const owes = this.#owesTableSize;
    this.#owesTableSize = false;
    return owes;
  }

  /**
   * Takes over a SETTINGS frame. Returns by how much the window of each stream has grown.
   *
   * @throws {H2Error} when something has a value that it may not have.
   */
  take(frame: FrameReader): number {
    const before = this.windowOctets;
    for (let at = 0; at < frame.length; at += 6) {
      const id = frame.octets[frame.start + at]! << 8 | frame.octets[frame.start + at + 1]!;
      const value = frame.number(at + 2);
      if (id === SETTING.MAX_CONCURRENT_STREAMS) this.streamsMax = value;
      else if (id === SETTING.HEADER_TABLE_SIZE && value < TABLE_OCTETS) this.#owesTableSize = true;
      else if (id === SETTING.INITIAL_WINDOW_SIZE) this.#setWindow(value);
      else if (id === SETTING.ENABLE_PUSH && value > 1) throw wrong("ENABLE_PUSH");
      // Frames of ours are not longer than what is always allowed.
      else if (id === SETTING.MAX_FRAME_SIZE && (value < 16_384 || value > 16_777_215)) throw wrong("MAX_FRAME_SIZE");
    }
    return this.windowOctets - before;
  }

  #setWindow(value: number): void {
    if (value > WINDOW_OCTETS_MAX) throw new H2Error(H2_CODE.FLOW_CONTROL_ERROR, "a window is too large");
    this.windowOctets = value;
  }
}

function wrong(name: string): H2Error {
  return new H2Error(H2_CODE.PROTOCOL_ERROR, `${name} is set to what it cannot be`);
}
