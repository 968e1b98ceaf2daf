import { StreamFrames } from "../../lib/wire/stream_frames.ts";
import type { HostStream } from "./host_stream.ts";

/** The whole messages in what one side has sent, without their lengths. */
export function messagesIn(octets: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const frames = new StreamFrames();
  const messages: Uint8Array<ArrayBuffer>[] = [];
  for (const octet of octets) {
    frames.space()[0] = octet;
    frames.filled(1);
    const message = frames.take();
    if (message !== null) messages.push(message);
  }
  return messages;
}

/** Plays one end of a connection: calls `take` with each whole message that comes, and closes when the other side does. */
export function eachMessage(stream: HostStream, take: (octets: Uint8Array<ArrayBuffer>) => void): void {
  const frames = new StreamFrames();
  stream.onEnd = () => {
    if (!stream.isClosed) stream.close();
  };
  stream.onOctets = (octets) => {
    for (let offset = 0; offset < octets.length;) {
      const space = frames.space();
      const part = octets.subarray(offset, offset + space.length);
      space.set(part);
      frames.filled(part.length);
      offset += part.length;
      for (let message = frames.take(); message !== null; message = frames.take()) take(message);
    }
  };
}

/**
 * The same for who reads at its own pace: `take` gets each whole message. Resolves when the other side has closed or broken
 * the connection, and has closed this side by then.
 *
 * @param pause Waited for after each read of `octetsMax` octets at most.
 */
export async function readMessages(
  stream: HostStream,
  take: (octets: Uint8Array<ArrayBuffer>) => void,
  { octetsMax = Infinity, pause = () => Promise.resolve() }: { octetsMax?: number; pause?: () => Promise<void> } = {},
): Promise<void> {
  const frames = new StreamFrames();
  try {
    for (;;) {
      const space = frames.space();
      const count = await stream.read(space.subarray(0, Math.min(space.length, octetsMax)));
      if (count === null) break;
      frames.filled(count);
      for (let message = frames.take(); message !== null; message = frames.take()) take(message);
      await pause();
    }
  } catch {
    // Broken.
  }
  if (!stream.isClosed) stream.close();
}
