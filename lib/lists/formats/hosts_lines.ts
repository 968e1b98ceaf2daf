import { parseIp } from "../../base/net/ip.ts";
import { BLOCKS } from "../list_rule.ts";
import type { Line } from "./line/line.ts";
import type { LineFormat } from "./line_format.ts";
import type { ListOutput } from "./list_output.ts";
import { asciiOctets, OCTET } from "./line/octets.ts";

/** Addresses that say: not there. */
const NOWHERE: readonly Uint8Array[] = ["0.0.0.0", "127.0.0.1", "::", "::1"].map(asciiOctets);
/** Names that every hosts file gives to addresses of the machine itself and of its links: they block nothing. */
const OF_MACHINE: ReadonlySet<string> = new Set([
  "broadcasthost",
  "ip6-allhosts",
  "ip6-allnodes",
  "ip6-allrouters",
  "ip6-localhost",
  "ip6-localnet",
  "ip6-loopback",
  "ip6-mcastprefix",
  "local",
  "localdomain",
  "localhost",
  "localhost.localdomain",
  "localhost4",
  "localhost4.localdomain4",
  "localhost6",
  "localhost6.localdomain6",
]);
const LETTER_L = 0x6c;

/** Lines of a hosts file: an address, and names that are blocked, whatever the address. */
export class HostsLines implements LineFormat {
  readonly #covers: number;
  /** Lines whose address is one that others may have. */
  oddAddresses = 0;
  /** The last of those: a list that leads somewhere leads there with all of its lines. */
  #odd: Uint8Array | null = null;

  /** `covers`: what a name covers. */
  constructor(covers: number) {
    this.#covers = covers;
  }

  /** See `LineFormat`. */
  read(line: Line, output: ListOutput): void {
    // hot path
    if (!takesNowhere(line)) {
      if (!this.#takesOdd(line)) return output.bad("no address in front");
      this.oddAddresses++;
    }
    if (line.endsHere()) return output.bad("an address without a name");
    do {
      const { at } = line;
      line.scanName();
      if (line.at !== line.end && !isWordEnd(line.octet)) {
        line.nextWord();
        output.bad("no domain name");
      } else if (line.name.length === 0 || !isOfMachine(line, at)) {
        output.name(this.#covers, BLOCKS, 2);
      }
    } while (!line.endsHere());
  }

  /** Goes on behind any other address. */
  #takesOdd(line: Line): boolean {
    if (this.#odd !== null && line.takeWord(this.#odd)) return true;
    const word = line.nextWord();
    // A link behind the address means nothing here.
    if (parseIp(word.replace(/%.*/, "")) === null) return false;
    this.#odd = asciiOctets(word.toLowerCase());
    return true;
  }
}

/** Goes on behind an address that says: not there. */
export function takesNowhere(line: Line): boolean {
  // hot path
  for (let i = 0; i < NOWHERE.length; i++) if (line.takeWord(NOWHERE[i]!)) return true;
  return false;
}

function isWordEnd(octet: number): boolean {
  return octet === OCTET.space || octet === OCTET.tab || octet === OCTET.carriageReturn || octet === OCTET.sharp;
}

/** Also 0.0.0.0, which lists give the address 0.0.0.0. */
function isOfMachine(line: Line, start: number): boolean {
  const { name } = line;
  if (name.endsInDigits()) return parseIp(line.text(start, line.at)) !== null;
  // Of two labels there are those of localhost alone: no text is made for other names.
  const mayBe = name.labels === 1 || (name.labels === 2 && name.scratch[1] === LETTER_L);
  return mayBe && OF_MACHINE.has(line.text(start, line.at).toLowerCase());
}
