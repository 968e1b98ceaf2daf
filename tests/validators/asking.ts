import type { SocketAddress } from "../../lib/base/address.ts";
import { writeOpt } from "../../lib/wire/edns.ts";
import { FLAG, headerFromFlags } from "../../lib/wire/header.ts";
import { CLASS } from "../../lib/wire/iana.ts";
import { decode, encode, type Message } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { uint16At } from "../../lib/wire/scan.ts";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** How clients and validators talk to whom they ask. */
export type Channel = "udp" | "tcp";

/** What to ask. */
export interface Asked {
  /** Absolute or not. */
  readonly name: string;
  /** The TYPE as a number. */
  readonly type: number;
  /** CD: RFC 4035 §3.2.2. */
  readonly checkingDisabled?: boolean;
}

/** More than any reply here needs; the loopback carries it in one piece. */
const PAYLOAD_OCTETS = 4096;
/** Longer than any validator tries. */
const PATIENCE_MS = 12_000;

/** Asks with RD and DO, over TCP where UDP says so. `null`: there was no reply. */
export async function ask(server: SocketAddress, asked: Asked, channel: Channel): Promise<Message | null> {
  const query = toQuery(asked);
  const reply = channel === "tcp" ? await askOverTcp(server, query) : await askOverUdp(server, query);
  const message = reply === null ? null : decode(reply);
  return message?.isTruncated === true && channel === "udp" ? await ask(server, asked, "tcp") : message;
}

function toQuery({ name, type, checkingDisabled = false }: Asked): Octets {
  return encode({
    ...headerFromFlags(crypto.getRandomValues(new Uint16Array(1))[0]!, FLAG.RD | (checkingDisabled ? FLAG.CD : 0)),
    questions: [{ name: nameFromText(name), type, class: CLASS.IN }],
    answers: [],
    authorities: [],
    additionals: [
      writeOpt({ udpPayloadOctets: PAYLOAD_OCTETS, extendedRcode: 0, version: 0, wantsDnssec: true, options: [] }),
    ],
  });
}

async function askOverUdp(server: SocketAddress, query: Octets): Promise<Octets | null> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    socket.close();
  }, PATIENCE_MS);
  try {
    await socket.send(query, server as Deno.NetAddr);
    const buffer = new Uint8Array(PAYLOAD_OCTETS);
    for (;;) {
      const [reply] = await socket.receive(buffer);
      if (reply.length >= 12 && uint16At(reply, 0) === uint16At(query, 0)) return reply as Octets;
    }
  } catch (error) {
    if (isOver) return null;
    throw error;
  } finally {
    clearTimeout(timer);
    if (!isOver) socket.close();
  }
}

async function askOverTcp({ hostname, port }: SocketAddress, query: Octets): Promise<Octets | null> {
  using connection = await Deno.connect({ hostname, port });
  const timer = setTimeout(() => connection.close(), PATIENCE_MS);
  try {
    await connection.write(toFrame(query));
    const frames = new StreamFrames();
    for (;;) {
      const message = frames.take();
      if (message !== null) return message as Octets;
      const count = await connection.read(frames.space());
      if (count === null) return null;
      frames.filled(count);
    }
  } catch (error) {
    if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return null;
    if (error instanceof Deno.errors.ConnectionReset) return null;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
