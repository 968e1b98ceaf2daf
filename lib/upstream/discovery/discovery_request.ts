import { FLAG } from "../../wire/header.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import { type Request, SENDS_MAX } from "../request.ts";
import { DISCOVERY_NAME } from "./designations.ts";

/** What has not been said by then is not waited for: nobody waits but we. */
const WAIT_MS = 5000;

/** What a server is asked how else it can be asked; whoever it names is asked the same, to see whether he answers. */
export function discoveryRequest(nowMs: number): Request {
  return {
    questionOctets: Uint8Array.from([
      ...DISCOVERY_NAME,
      TYPE.SVCB >> 8,
      TYPE.SVCB & 0xff,
      CLASS.IN >> 8,
      CLASS.IN & 0xff,
    ]),
    flags: FLAG.RD,
    wantsDnssec: false,
    usefulOctetsMax: 0xffff,
    acceptsTruncated: false,
    deadlineMs: nowMs + WAIT_MS,
    upstreamCount: 1,
    sendCount: 0,
    sendsMax: SENDS_MAX,
    ednsRejectedBy: null,
    lastSocket: null,
    wantsFreshSocket: false,
    hasPart: false,
    wholeFrom: null,
    isAnswered: false,
    isClosed: false,
    hasMetSilence: false,
    owner: null,
  };
}
