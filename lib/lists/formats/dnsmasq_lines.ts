import { ALLOWS, BLOCKS, COVERS, type ListRule } from "../list_rule.ts";
import type { Line } from "./line/line.ts";
import type { LineFormat } from "./line_format.ts";
import type { ListOutput } from "./list_output.ts";
import { asciiOctets, isBlank, OCTET } from "./line/octets.ts";

const ADDRESS = asciiOctets("address=/");
const LOCAL = asciiOctets("local=/");
const SERVER = asciiOctets("server=/");
/** Another option, such as `bogus-nxdomain=192.0.2.1` or `bogus-priv`. */
const OPTION = /^[a-z][a-z0-9-]*(?:=|$)/;

/** Whether the line says something of names in dnsmasq's words. */
export function isDnsmasqLine(line: Line): boolean {
  // hot path
  const { at } = line;
  const isOne = line.take(ADDRESS) || line.take(LOCAL) || line.take(SERVER);
  line.at = at;
  return isOne;
}

/**
 * Lines of dnsmasq: `address=/x/…`, whatever the address, `server=/x/` and `local=/x/` block x and all below it.
 * `server=/x/#`, which asks whom one asks anyway, is an exception; with a server's address it is a route, and is left out.
 */
export class DnsmasqLines implements LineFormat {
  /** See `LineFormat`. */
  read(line: Line, output: ListOutput): void {
    // hot path
    const isAddress = line.take(ADDRESS);
    if (!isAddress && !line.take(LOCAL) && !line.take(SERVER)) {
      if (OPTION.test(line.rest())) output.skipped("another option");
      else output.bad("no option of dnsmasq");
      return;
    }
    const names = line.at;
    // One domain, and no comment, as nearly all lines are: no second look.
    const isPlain = line.scanName() === OCTET.slash && line.name.length > 0;
    if (isPlain && isPlainEnd(line, isAddress)) return output.name(COVERS.both, BLOCKS, 2);
    line.at = names;
    line.cutComment();
    const end = line.octets.lastIndexOf(OCTET.slash, line.end - 1);
    if (end < names) return output.bad("no / behind the domain");
    line.at = end + 1;
    const rule = isAddress ? BLOCKS : serverRule(line);
    if (rule === null) return output.skipped("server");
    line.at = names;
    readDomains(line, end, rule, output);
  }
}

/** Whether nothing else stands behind the slash but an address, which says nothing. */
function isPlainEnd({ octets, at, end }: Line, isAddress: boolean): boolean {
  // hot path
  if (!isAddress) return at + 1 === end;
  for (let i = at + 1; i < end; i++) if (octets[i] === OCTET.slash || isBlank(octets[i]!)) return false;
  return true;
}

/** `null` for a route. */
function serverRule(line: Line): ListRule | null {
  if (line.at === line.end) return BLOCKS;
  return line.takeOctet(OCTET.sharp) ? ALLOWS : line.endsHere() ? BLOCKS : null;
}

/** The domains up to the last slash. */
function readDomains(line: Line, end: number, rule: ListRule, output: ListOutput): void {
  // hot path
  do {
    // Newer ones take `*.x` for what `x` says.
    if (line.takeOctet(OCTET.star) && line.octet !== OCTET.dot) return output.bad("no domain name");
    line.takeOctet(OCTET.dot);
    line.scanName();
    if (line.octets[line.at] !== OCTET.slash) return output.bad("no domain name");
    output.name(COVERS.both, rule, 2);
    line.at++;
  } while (line.at <= end);
}
