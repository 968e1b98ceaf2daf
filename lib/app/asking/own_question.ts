import { UDP_PAYLOAD_OCTETS, writeOpt } from "../../wire/edns/edns.ts";
import { FLAG, headerFromFlags } from "../../wire/header.ts";
import { CLASS } from "../../wire/iana.ts";
import { encode } from "../../wire/message.ts";
import type { Name } from "../../wire/name.ts";

/** A query that this program asks itself. */
export function ownQuestion(name: Name, type: number): Uint8Array<ArrayBuffer> {
  const edns = { udpPayloadOctets: UDP_PAYLOAD_OCTETS, extendedRcode: 0, version: 0, wantsDnssec: false, options: [] };
  return encode({
    ...headerFromFlags(0, FLAG.RD),
    questions: [{ name, type, class: CLASS.IN }],
    answers: [],
    authorities: [],
    additionals: [writeOpt(edns)],
  });
}
