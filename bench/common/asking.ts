import { isIpv6, type SocketAddress } from "../../lib/base/net/address.ts";
import {
  type ExtendedError,
  readExtendedError,
  readOpt,
  UDP_PAYLOAD_OCTETS,
  writeOpt,
} from "../../lib/wire/edns/edns.ts";
import { headerFromFlags } from "../../lib/wire/header.ts";
import { CLASS, TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** More than anybody here asks for over UDP. */
const REPLY_OCTETS = 4096;

/** What became of one query. */
export interface Outcome {
  /** `null`: nothing came in time. */
  readonly response: Message | null;
  /** From the query to the response, or until the patience was over. */
  readonly ms: number;
}

/**
 * Asks once, from a socket of its own, as a stub resolver does that never repeats itself.
 *
 * @param patienceMs How long to wait for the response.
 */
export async function ask(server: SocketAddress, query: Octets, patienceMs: number): Promise<Outcome> {
  const hostname = isIpv6(server) ? "::1" : "127.0.0.1";
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  const beganMs = performance.now();
  let isTooLate = false;
  const timer = setTimeout(() => {
    isTooLate = true;
    socket.close();
  }, patienceMs);
  try {
    await socket.send(query, server as Deno.NetAddr);
    const buffer = new Uint8Array(REPLY_OCTETS);
    for (;;) {
      const [reply] = await socket.receive(buffer);
      if (reply.length < 12 || uint16At(reply, 0) !== uint16At(query, 0)) continue;
      return { response: decode(reply), ms: performance.now() - beganMs };
    }
  } catch (error) {
    if (!isTooLate) throw error;
    return { response: null, ms: performance.now() - beganMs };
  } finally {
    clearTimeout(timer);
    if (!isTooLate) socket.close();
  }
}

/** Asks once over TCP, on a connection of its own. One that is refused or closed is no response. */
export async function askOverTcp(server: SocketAddress, query: Octets, patienceMs: number): Promise<Outcome> {
  const { hostname, port } = server;
  const beganMs = performance.now();
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patienceMs);
  let connection: Deno.TcpConn | undefined;
  try {
    connection = await Deno.connect({ hostname, port, signal: abort.signal });
    abort.signal.addEventListener("abort", () => connection!.close());
    await connection.write(toFrame(query));
    const frames = new StreamFrames();
    for (let count: number | null = 0; count !== null; count = await connection.read(frames.space())) {
      frames.filled(count);
      const reply = frames.take();
      if (reply !== null) return { response: decode(reply), ms: performance.now() - beganMs };
    }
    return { response: null, ms: performance.now() - beganMs };
  } catch (error) {
    if (!abort.signal.aborted && !isBrokenConnection(error)) throw error;
    return { response: null, ms: performance.now() - beganMs };
  } finally {
    clearTimeout(timer);
    if (!abort.signal.aborted) connection?.close();
  }
}

function isBrokenConnection(error: unknown): boolean {
  const { ConnectionRefused, ConnectionReset, BrokenPipe } = Deno.errors;
  return [ConnectionRefused, ConnectionReset, BrokenPipe].some((kind) => error instanceof kind);
}

/** Asks once over UDP, and then over TCP if there is more to know than fitted (RFC 2181 §9), as a stub resolver does. */
export async function askAsStub(server: SocketAddress, query: Octets, patienceMs: number): Promise<Outcome> {
  const first = await ask(server, query, patienceMs);
  if (first.response?.isTruncated !== true) return first;
  const second = await askOverTcp(server, query, patienceMs - first.ms);
  return { response: second.response, ms: first.ms + second.ms };
}

/** A query for the address of `name`, with RD, EDNS and a random ID. */
export function addressQuery(name: string): Octets {
  return encode({
    ...headerFromFlags(crypto.getRandomValues(new Uint16Array(1))[0]!, 0),
    recursionDesired: true,
    questions: [{ name: nameFromText(name), type: TYPE.A, class: CLASS.IN }],
    answers: [],
    authorities: [],
    additionals: [
      writeOpt({
        udpPayloadOctets: UDP_PAYLOAD_OCTETS,
        extendedRcode: 0,
        version: 0,
        wantsDnssec: false,
        options: [],
      }),
    ],
  });
}

/** The extended DNS errors of a response. */
export function extendedErrors({ additionals }: Message): ExtendedError[] {
  const options = additionals.filter((record) => record.type === TYPE.OPT).flatMap((opt) => readOpt(opt).options);
  return options.map(readExtendedError).filter((error) => error !== null);
}
