import { CidrFormatError, parseCidr } from "../../base/net/cidr.ts";
import { BLOCKS, COVERS } from "../list_rule.ts";
import { isHidingRule } from "./comments.ts";
import { globSource } from "./glob.ts";
import type { Line } from "./line/line.ts";
import type { LineFormat } from "./line_format.ts";
import type { ListOutput } from "./list_output.ts";
import { OCTET } from "./line/octets.ts";

/** What plain names mean. */
export interface PlainOptions {
  /** What `x` covers. */
  readonly covers: number;
  /** See `ListOutput.name`. */
  readonly labelsMin: number;
}

/**
 * A name in each line: `x`; `=x`, that name alone; `*.x` and `.x`, the name and all below it, as makers of lists mean it; `ads.*`
 * and the like; `/regular expression/`; an address, or a network, that answers may have.
 */
export class PlainLines implements LineFormat {
  readonly #covers: number;
  readonly #labelsMin: number;

  /** See {@linkcode PlainOptions}. */
  constructor({ covers, labelsMin }: PlainOptions) {
    this.#covers = covers;
    this.#labelsMin = labelsMin;
  }

  /** See `LineFormat`. */
  read(line: Line, output: ListOutput): void {
    const { octet } = line;
    let covers = this.#covers;
    if (octet === OCTET.slash) return readExpressionLine(line, output);
    if (octet === OCTET.equals) {
      line.at++;
      covers = COVERS.self;
    } else if (octet === OCTET.dot || (octet === OCTET.star && line.nextOctet === OCTET.dot)) {
      line.at += octet === OCTET.dot ? 1 : 2;
      covers = COVERS.both;
    }
    const behind = line.scanName();
    if (behind === OCTET.sharp && isHidingRule(line)) output.skipped("cosmetic");
    else if (!line.endsHere()) readOther(line, output);
    else if (line.name.length > 0 && line.name.endsInDigits()) readAddress(line, output);
    else output.name(covers, BLOCKS, this.#labelsMin);
  }
}

function readExpressionLine(line: Line, output: ListOutput): void {
  const text = line.rest();
  const end = text.lastIndexOf("/");
  if (end === 0 || !/^\s*(?:#|$)/.test(text.slice(end + 1))) output.bad("an expression without its second /");
  else output.pattern(text.slice(1, end), BLOCKS);
}

/** Octets that no name has stand in it. */
function readOther(line: Line, output: ListOutput): void {
  line.at = line.start;
  const word = line.nextWord();
  if (!line.endsHere()) output.bad("more than one name");
  else if (/^[\w.-]*\*[\w.*-]*$/.test(word)) {
    const source = globSource(word);
    if (source === null) output.bad("would match nearly every name");
    else output.pattern(source, BLOCKS);
  } else if (/^[0-9a-f.:]+(?:\/[0-9]+)?$/i.test(word)) readAddress(line, output);
  else output.bad("no domain name");
}

function readAddress(line: Line, output: ListOutput): void {
  line.at = line.start;
  const word = line.nextWord();
  try {
    const network = parseCidr(word);
    // Half of a line of hosts, rather.
    if (network.prefixBits > 0 && network.octets.every((octet) => octet === 0)) {
      output.bad("an address that nobody has");
    } else output.address(network, BLOCKS);
  } catch (error) {
    if (!(error instanceof CidrFormatError)) throw error;
    output.bad("neither a domain name nor an address");
  }
}
