import { BLOCKS, COVERS } from "../list_rule.ts";
import type { Line } from "./line/line.ts";
import type { LineFormat } from "./line_format.ts";
import type { ListOutput } from "./list_output.ts";
import { asciiOctets, OCTET } from "./line/octets.ts";

const LOCAL_ZONE = asciiOctets("local-zone:");
const LOCAL_DATA = asciiOctets("local-data:");
/** A clause or an option: `server:`, `local-data-ptr: …`. */
const OPTION = /^[a-z][a-z0-9-]*:(?:\s|$)/i;
const APOSTROPHE = 0x27;

/** Types of zones that answer in the place of whoever has the name. */
const BLOCKING: readonly Uint8Array[] = [
  "always_nxdomain",
  "always_null",
  "always_nodata",
  "always_refuse",
  "always_deny",
  "static",
  "redirect",
  "refuse",
  "deny",
  "inform_deny",
  "inform_redirect",
].map(asciiOctets);
/** Types that do not. */
const OTHERS = /^(?:transparent|typetransparent|always_transparent|nodefault|noview|inform|block_a|ipset|truncate)$/i;

/** Whether the line says something of names in unbound's words. */
export function isUnboundLine(line: Line): boolean {
  // hot path
  const { at } = line;
  const isOne = line.take(LOCAL_ZONE) || line.take(LOCAL_DATA);
  line.at = at;
  return isOne;
}

/**
 * Lines of unbound: `local-zone: "x" always_nxdomain` and the like block x and all below it; `local-data: "x A 0.0.0.0"`, whatever
 * the address, blocks x, unless it only says what is answered in the zone of the line before.
 */
export class UnboundLines implements LineFormat {
  /** The name of the zone that was read last, in wire format. */
  readonly #zone = new Uint8Array(256);
  #zoneLength = 0;

  /** See `LineFormat`. */
  read(line: Line, output: ListOutput): void {
    // hot path
    const isZone = line.take(LOCAL_ZONE);
    if (!isZone && !line.take(LOCAL_DATA)) {
      if (OPTION.test(line.rest())) output.skipped("another option");
      else output.bad("no option of unbound");
      return;
    }
    line.skipBlanks();
    const quote = line.octet;
    const isQuoted = quote === OCTET.quote || quote === APOSTROPHE;
    if (isQuoted) line.at++;
    line.scanName();
    if (isZone) this.#readZone(line, isQuoted ? quote : 0, output);
    else this.#readData(line, output);
  }

  #readZone(line: Line, quote: number, output: ListOutput): void {
    // hot path
    if (quote !== 0 && !line.takeOctet(quote)) return output.bad("no domain name");
    this.#zoneLength = 0;
    line.skipBlanks();
    if (!takesBlocking(line)) {
      if (OTHERS.test(line.nextWord())) output.skipped("zone that does not block");
      else output.bad("no type of a zone");
      return;
    }
    this.#zone.set(line.name.scratch);
    this.#zoneLength = line.name.length;
    output.name(COVERS.both, BLOCKS, 2);
  }

  #readData(line: Line, output: ListOutput): void {
    const isAddress = /^\s+(?:[0-9]+\s+)?(?:IN\s+)?(?:[0-9]+\s+)?(?:A|AAAA)\s/i.test(line.rest());
    if (isAddress && !this.#isOfZone(line)) output.name(COVERS.self, BLOCKS, 2);
  }

  #isOfZone({ name }: Line): boolean {
    if (name.length === 0 || name.length !== this.#zoneLength) return false;
    for (let i = 0; i < name.length; i++) if (name.scratch[i] !== this.#zone[i]) return false;
    return true;
  }
}

function takesBlocking(line: Line): boolean {
  // hot path
  for (let i = 0; i < BLOCKING.length; i++) if (line.takeWord(BLOCKING[i]!)) return true;
  return false;
}
