import { anyAddressFor, formatSocketAddress, isSameAddress } from "../../base/net/address.ts";
import { Random } from "../../base/random/random.ts";
import type { DatagramSocket, Runtime } from "../../base/runtime.ts";
import type { Check } from "../../config/flags/commands.ts";
import { FLAG, headerFromFlags } from "../../wire/header.ts";
import { CLASS, RCODE, rcodeToText, TYPE } from "../../wire/iana.ts";
import { decode, encode, type Message } from "../../wire/message.ts";
import { isSameName } from "../../wire/name.ts";
import { questionToText, recordToText } from "../../wire/text/record_text.ts";
import { WireFormatError } from "../../wire/wire_format_error.ts";

/** As long as the program's own clients wait for it by default. A supervisor that checks has a limit of its own. */
const WAIT_MS = 2000;
/** The query is without EDNS, so 512 are allowed (RFC 1035 §4.2.1); servers that send more are well all the same. */
const REPLY_OCTETS_MAX = 4096;

/** What came of a check. */
export interface CheckResult {
  /** Well: the server gave an answer, or the answer that the name does not exist. Unknown: it could not be asked at all. */
  readonly health: "well" | "unwell" | "unknown";
  /** One line about it. */
  readonly text: string;
}

/** Asks a server once over UDP for the IPv4 address of a name. Never rejects because of the server or the network. */
export async function check(
  { server, name }: Pick<Check, "server" | "name">,
  { network, timers, clock, random }: Pick<Runtime, "network" | "timers" | "clock" | "random">,
): Promise<CheckResult> {
  const question = { name, type: TYPE.A, class: CLASS.IN };
  const header = headerFromFlags(new Random(random).uint16(), FLAG.RD);
  const query: Message = { ...header, questions: [question], answers: [], authorities: [], additionals: [] };
  const subject = `${formatSocketAddress(server)}: ${questionToText(question)}`;
  const local = { transport: "udp", hostname: anyAddressFor(server), port: 0 } as const;
  let socket: DatagramSocket;
  try {
    socket = network.openDatagram(local, "upstreams");
  } catch (error) {
    return { health: "unknown", text: `${subject}: Cannot ask: ${error instanceof Error ? error.message : error}` };
  }
  let isTooLate = false;
  const close = () => {
    isTooLate = true;
    socket.close();
  };
  const cancel = timers.start(WAIT_MS, close);
  try {
    const sentMs = clock.nowMs();
    await socket.send(encode(query), server);
    for (;;) {
      const [octets, peer] = await socket.receive(new Uint8Array(REPLY_OCTETS_MAX));
      const reply = isSameAddress(peer, server) ? responseTo(query, octets) : null;
      if (reply !== null) return verdict(reply, subject, clock.nowMs() - sentMs);
    }
  } catch (error) {
    const reason = isTooLate ? `no answer in ${WAIT_MS} ms` : error instanceof Error ? error.message : `${error}`;
    return { health: "unwell", text: `${subject}: ${reason}` };
  } finally {
    cancel();
    if (!isTooLate) close();
  }
}

/** The message in `octets` if it is a response to `query`; what forgers and strangers send is `null`. */
function responseTo({ id, questions: [asked] }: Message, octets: Uint8Array): Message | null {
  try {
    const reply = decode(octets);
    if (!reply.isResponse || reply.id !== id) return null;
    const [repeated] = reply.questions;
    // A server that cannot read the question leaves it out.
    return repeated === undefined || isSameName(repeated.name, asked!.name) ? reply : null;
  } catch (error) {
    if (error instanceof WireFormatError) return null;
    throw error;
  }
}

/** What a reply says of its server, behind the `subject` of a line. */
export function verdict({ rcode, answers }: Message, subject: string, tookMs: number): CheckResult {
  const text = `${subject}: ${rcodeToText(rcode)} in ${tookMs.toFixed(1)} ms`;
  const isWell = rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;
  return {
    health: isWell ? "well" : "unwell",
    text: answers.length === 0 ? text : `${text}: ${answers.map(recordToText).join(", ")}`,
  };
}
