import type { QuicStream } from "../../base/sockets/quic.ts";
import { doqFaultOf } from "../../wire/quic/doq.ts";
import { LoneMessage } from "../../wire/quic/lone_message.ts";
import { MessageScan } from "../../wire/scan.ts";

/** A server has sent what must not be sent over QUIC (RFC 9250 §4.3.3). */
export class ReplyFault extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "ReplyFault";
}

const scan = new MessageScan();

/**
 * Reads the one reply of a stream, to its end. It is given to `accept` as soon as it is there, and is that one's.
 *
 * @param heard Told whenever something comes.
 * @throws {ReplyFault} for what is none, or more than one.
 * @throws {Error} when the stream, or its connection, is over before.
 */
export async function readReply(
  stream: QuicStream,
  heard: () => void,
  accept: (message: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const lone = new LoneMessage();
  let isAccepted = false;
  for (;;) {
    const octets = await stream.read();
    if (octets === null) break;
    heard();
    lone.add(octets);
    if (lone.isOverfull) throw new ReplyFault("More than one reply on a stream");
    const { message } = lone;
    if (message === null || isAccepted) continue;
    const fault = doqFaultOf(message, scan);
    if (fault !== null) throw new ReplyFault(`A reply with ${fault}`);
    isAccepted = true;
    accept(message);
  }
  if (!isAccepted) throw new ReplyFault("A stream that ends within its reply");
}
