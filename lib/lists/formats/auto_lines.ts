import { parseIp } from "../../base/net/ip.ts";
import { AdblockLines } from "./adblock/adblock_lines.ts";
import { isHidingRule } from "./comments.ts";
import { DnsmasqLines, isDnsmasqLine } from "./dnsmasq_lines.ts";
import { type HostsLines, takesNowhere } from "./hosts_lines.ts";
import type { Line } from "./line/line.ts";
import type { LineFormat } from "./line_format.ts";
import type { ListOutput } from "./list_output.ts";
import { asciiOctets, isBlank, OCTET } from "./line/octets.ts";
import type { PlainLines } from "./plain_lines.ts";
import { RpzLines } from "./rpz/rpz_lines.ts";
import { skipTtlAndClass } from "./rpz/ttl_and_class.ts";
import { isUnboundLine, UnboundLines } from "./unbound_lines.ts";

/** What follows the owner of a record. */
const RECORD = /^\s+(?:[0-9]+[smhdw]?\s+|IN\s+)*(?:CNAME|SOA|NS|AAAA|A|TXT|MX|SRV|PTR|HTTPS|SVCB|DNAME)\s/i;

const CNAME = asciiOctets("cname");
const IN = asciiOctets("in");
const A = asciiOctets("a");
const AAAA = asciiOctets("aaaa");

/** Lines of any format, each by how it begins: lists that were put together of others have several. */
export class AutoLines implements LineFormat {
  readonly #plain: PlainLines;
  readonly #hosts: HostsLines;
  readonly #adblock = new AdblockLines();
  readonly #dnsmasq = new DnsmasqLines();
  readonly #unbound = new UnboundLines();
  readonly #rpz = new RpzLines();

  /** How plain names and hosts are read. */
  constructor(plain: PlainLines, hosts: HostsLines) {
    this.#plain = plain;
    this.#hosts = hosts;
  }

  /** See `LineFormat`. */
  read(line: Line, output: ListOutput): void {
    this.#formatOf(line).read(line, output);
  }

  /** Leaves the line at its beginning. */
  #formatOf(line: Line): LineFormat {
    // hot path
    if (this.#rpz.isOpen || line.octet === OCTET.dollar) return this.#rpz;
    if (line.octet === OCTET.bar) return this.#adblock;
    if (line.octet === OCTET.at) return line.nextOctet === OCTET.at ? this.#adblock : this.#rpz;
    if (line.octet === OCTET.equals) return this.#plain;
    if (line.octet === OCTET.slash) return this.#ofOther(line);
    const { at } = line;
    if ((line.octet <= OCTET.one || line.octet === OCTET.colon) && takesNowhere(line)) {
      // `::` and `::1` alone are addresses in answers.
      const isHosts = line.octets[at] !== OCTET.colon || !line.endsHere();
      line.at = at;
      if (isHosts) return this.#hosts;
    }
    if (line.octet === OCTET.star && line.nextOctet === OCTET.dot) line.at += 2;
    else if (line.octet === OCTET.star || line.octet === OCTET.dot) line.at++;
    const behind = line.scanName();
    const end = line.at;
    line.at = at;
    if (isBlank(behind)) return this.#ofWords(line, end);
    if (behind === OCTET.equals) return isDnsmasqLine(line) ? this.#dnsmasq : this.#ofOther(line);
    if (behind === OCTET.colon) return this.#ofColon(line);
    if (behind !== 0) return this.#ofOther(line);
    // `-banner-` is a part of names; of domains, some do begin with a dash.
    return line.octet === OCTET.dash && line.name.labels === 1 ? this.#adblock : this.#plain;
  }

  /** Words follow the first one, which ends at `end`. */
  #ofWords(line: Line, end: number): LineFormat {
    // hot path
    const { at } = line;
    const { name } = line;
    if (name.length > 0 && name.labels === 4 && name.endsInDigits()) return this.#hosts;
    line.at = end;
    const isPlain = line.endsHere();
    const isOfClass = line.takeWord(IN);
    skipTtlAndClass(line);
    const isRecord = isOfClass || line.takeWord(CNAME) || takesAddressType(line);
    line.at = at;
    if (isPlain) return this.#plain;
    if (isRecord) return this.#rpz;
    // Of a line without an owner, the first word is the class or the type of a record.
    const rest = line.text(line.isIndented ? at : end, line.end);
    return RECORD.test(line.isIndented ? ` ${rest}` : rest) ? this.#rpz : this.#plain;
  }

  #ofColon(line: Line): LineFormat {
    if (isUnboundLine(line)) return this.#unbound;
    const { at } = line;
    const word = line.nextWord();
    const isAddress = parseIp(word.replace(/[%/].*/, "")) !== null;
    const isAlone = line.endsHere();
    line.at = at;
    if (isAddress) return isAlone ? this.#plain : this.#hosts;
    return /^(?:server|local-data-ptr):/i.test(word) ? this.#unbound : this.#adblock;
  }

  /** Expressions, rules without anchors, and what is none of all. */
  #ofOther(line: Line): LineFormat {
    const text = line.rest();
    if (text.startsWith("/")) return this.#adblock;
    if (isNetwork(text)) return this.#plain;
    return /[\^$|]|\/\//.test(text) || (text.includes("#") && isHiding(line)) ? this.#adblock : this.#plain;
  }
}

/** Whether an address record may stand here: something follows its type. */
function takesAddressType(line: Line): boolean {
  // hot path
  return (line.takeWord(A) || line.takeWord(AAAA)) && line.at < line.end;
}

function isNetwork(text: string): boolean {
  return /^[0-9.]+\/[0-9]/.test(text);
}

function isHiding(line: Line): boolean {
  const { at } = line;
  line.at = line.octets.indexOf(OCTET.sharp, at);
  const isRule = isHidingRule(line);
  line.at = at;
  return isRule;
}
