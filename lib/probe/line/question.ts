import type { Random } from "../../base/random/random.ts";
import { FLAG } from "../../wire/header.ts";
import { TYPE } from "../../wire/iana.ts";
import type { Name } from "../../wire/name.ts";
import { nameFromText } from "../../wire/name.ts";

/** One question of a probe, and how it is put. */
export interface ProbeQuestion {
  /** QNAME. */
  readonly name: Name;
  /** QTYPE. */
  readonly type: number;
  /** RD, and CD where the server is not to validate. */
  readonly flags: number;
  /** DO (RFC 3225). */
  readonly wantsDnssec: boolean;
  /** Whether letters go out in random case. */
  readonly isMixed: boolean;
  /** Data of a COOKIE option; empty for none. */
  readonly cookie: Uint8Array<ArrayBuffer>;
}

/** Asks for the IPv4 addresses of a name, unless `how` says otherwise. */
export function asked(name: string, how: Partial<ProbeQuestion> = {}): ProbeQuestion {
  return {
    name: nameFromText(name),
    type: TYPE.A,
    flags: FLAG.RD,
    wantsDnssec: false,
    isMixed: false,
    cookie: new Uint8Array(0),
    ...how,
  };
}

/** As many letters as nobody has ever asked for by chance. */
const MADE_UP_LETTERS = 16;

/** A name in `domain` that nobody has asked for before, and that does not exist unless everything does there. */
export function madeUp(domain: string, random: Random): string {
  let label = "";
  for (let i = 0; i < MADE_UP_LETTERS; i++) label += String.fromCharCode(0x61 + random.below(26));
  return domain === "." ? label : `${label}.${domain}`;
}
