import type { SocketAddress } from "../../lib/base/net/address.ts";
import { writeOpt } from "../../lib/wire/edns/edns.ts";
import { FLAG, headerFromFlags } from "../../lib/wire/header.ts";
import { CLASS } from "../../lib/wire/iana.ts";
import { encode, type Message } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { askAsStub, askOverTcp } from "../../bench/common/asking.ts";

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
  const { response } = await (channel === "tcp" ? askOverTcp : askAsStub)(server, toQuery(asked), PATIENCE_MS);
  return response;
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
