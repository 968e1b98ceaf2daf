import { parseIp } from "../../../base/net/ip.ts";
import { NO_DATA_TYPES, TYPE, typeFromText } from "../../../wire/iana.ts";
import { isSameName, type Name, NameFormatError } from "../../../wire/name.ts";
import { RdataFormatError } from "../../../wire/text/rdata_format_error.ts";
import { rdataFromText } from "../../../wire/text/rdata_text.ts";
import { ALLOWS, BLOCKS, type ListRule, type RuleAnswer } from "../../list_rule.ts";
import type { Line } from "../line/line.ts";
import type { LineFormat } from "../line_format.ts";
import type { ListOutput } from "../list_output.ts";
import { asciiOctets, OCTET } from "../line/octets.ts";
import { NODATA, NXDOMAIN, REFUSED, TRUNCATE } from "../rule_book.ts";
import { RpzOwner } from "./owner.ts";
import { skipTtlAndClass } from "./ttl_and_class.ts";

const CNAME = asciiOctets("cname");
const PASSTHRU = asciiOctets("rpz-passthru.");
const DROP = asciiOctets("rpz-drop.");
const TCP_ONLY = asciiOctets("rpz-tcp-only.");
const ORIGIN = asciiOctets("$origin");
/** Lines of one record: the SOA record of a zone is often written in seven. */
const OPEN_LINES_MAX = 16;
/** Up to a comment that is not within quotes. */
const BEFORE_COMMENT = /^(?:[^";]|"(?:[^"\\]|\\.)*")*/;
/** What a zone has for itself. */
const OF_ZONE: ReadonlySet<number> = new Set([TYPE.SOA, TYPE.NS]);
/** What says nothing that an answer could have. */
const NOT_LOCAL: ReadonlySet<number> = new Set([TYPE.DNAME, TYPE.RRSIG, TYPE.NSEC, TYPE.NSEC3, TYPE.DNSKEY, TYPE.DS]);

/** Records of a response policy zone (draft-vixie-dnsop-dns-rpz): names and addresses of answers, with their actions. */
export class RpzLines implements LineFormat {
  readonly #owner = new RpzOwner();
  /** Lines that a record may still go on for, until a parenthesis closes; 0 when none is open. */
  #openLines = 0;
  /** Where the last alias leads, and the rule for that. */
  #alias: { readonly target: Name; readonly isPrefixed: boolean; readonly rule: ListRule } | null = null;
  /** The last record's data, and the rule for that. */
  #data: { readonly type: number; readonly text: string; readonly rule: ListRule } | null = null;

  /** Whether a record goes on in the next line. */
  get isOpen(): boolean {
    return this.#openLines > 0;
  }

  /** See `LineFormat`. */
  read(line: Line, output: ListOutput): void {
    // hot path
    if (this.#openLines > 0) this.#goOn(line, output);
    else if (line.octet === OCTET.dollar) this.#readDirective(line, output);
    else {
      this.#owner.read(line);
      if (this.#owner.kind === "bad") output.bad(this.#owner.why);
      else this.#readRecord(line, output);
    }
  }

  #goOn(line: Line, output: ListOutput): void {
    if (line.rest().includes(")")) this.#openLines = 0;
    else if (--this.#openLines === 0) output.bad("a parenthesis that does not close");
  }

  #readDirective(line: Line, output: ListOutput): void {
    if (!line.takeWord(ORIGIN)) {
      if (!/^\$ttl\s/i.test(line.rest())) output.bad("a directive that is not supported");
      return;
    }
    line.skipBlanks();
    line.scanName();
    if (!this.#owner.setOrigin(line.name, line.octets[line.at - 1] === OCTET.dot)) output.bad("no origin in the zone");
  }

  #readRecord(line: Line, output: ListOutput): void {
    // hot path
    skipTtlAndClass(line);
    if (line.takeWord(CNAME)) {
      line.skipBlanks();
      return this.#say(this.#aliasRule(line, output), output);
    }
    const word = line.nextWord();
    const type = typeFromText(word);
    const data = (BEFORE_COMMENT.exec(line.rest())?.[0] ?? "").trim();
    if (data.includes("(") && !data.includes(")")) this.#openLines = OPEN_LINES_MAX;
    if (type === TYPE.SOA) this.#owner.setApex();
    if (type === null || NO_DATA_TYPES.has(type)) output.bad("no record");
    else if (NOT_LOCAL.has(type)) output.skipped("record that is no rule");
    else if (!OF_ZONE.has(type)) this.#say(this.#dataRule(type, data, output), output);
  }

  /** What an alias says to do; `null` when it says nothing, which has been told. */
  #aliasRule(line: Line, output: ListOutput): ListRule | null {
    // hot path
    if (line.takeOctet(OCTET.dot)) return line.endsHere(OCTET.semicolon) ? NXDOMAIN : tellBad(output);
    const { name, at } = line;
    const owner = name.scratch.slice(0, name.length);
    const rule = this.#actionRule(line) ?? this.#targetRule(line, output);
    name.set(owner, owner.length);
    if (rule === null || line.endsHere(OCTET.semicolon)) return rule;
    line.at = at;
    return tellBad(output);
  }

  #actionRule(line: Line): ListRule | null {
    if (line.take(PASSTHRU)) return ALLOWS;
    if (line.take(DROP)) return REFUSED;
    return line.take(TCP_ONLY) ? TRUNCATE : null;
  }

  #targetRule(line: Line, output: ListOutput): ListRule | null {
    const isPrefixed = line.takeOctet(OCTET.star);
    if (isPrefixed && !line.takeOctet(OCTET.dot)) return tellBad(output);
    line.skipBlanks();
    if (isPrefixed && line.endsHere(OCTET.semicolon)) return NODATA;
    line.scanName();
    const target = line.name.length === 0
      ? null
      : this.#owner.absolute(line.name, line.octets[line.at - 1] === OCTET.dot);
    if (target === null) return tellBad(output);
    // The older way to say that a name is let through.
    if (!isPrefixed && this.#owner.is(target)) return ALLOWS;
    const last = this.#alias;
    // Most lines of a zone lead to the same name.
    if (last !== null && last.isPrefixed === isPrefixed && isSameName(last.target, target)) return last.rule;
    const rule = output.rule({ ...BLOCKS, answer: { kind: "cname", target, isPrefixed } });
    this.#alias = rule && { target, isPrefixed, rule };
    return rule;
  }

  /** What a record says to answer; `null` when it is none, which has been told. */
  #dataRule(type: number, data: string, output: ListOutput): ListRule | null {
    const last = this.#data;
    if (last !== null && last.type === type && last.text === data) return last.rule;
    const rule = dataRule(type, data, output);
    this.#data = rule && { type, text: data, rule };
    return rule;
  }

  #say(rule: ListRule | null, output: ListOutput): void {
    // hot path
    const { kind, covers, network } = this.#owner;
    if (rule === null) return;
    if (kind === "name") output.name(covers, rule, 2);
    else if (kind === "address") output.address(network!, rule);
    else if (kind === "other") output.skipped("trigger that is no name of a question");
    else output.skipped("record of the zone itself");
  }
}

function tellBad(output: ListOutput): null {
  output.bad("no name that the record leads to");
  return null;
}

function dataRule(type: number, data: string, output: ListOutput): ListRule | null {
  try {
    const rdata = rdataFromText(type, data);
    const isAddress = (type === TYPE.A || type === TYPE.AAAA) && parseIp(data) !== null;
    const answer: RuleAnswer = isAddress
      ? { kind: "addresses", addresses: [data] }
      : { kind: "records", records: [{ type, rdata }] };
    return output.rule({ ...BLOCKS, answer });
  } catch (error) {
    if (!(error instanceof RdataFormatError || error instanceof NameFormatError)) throw error;
    output.bad(error.message.replace(/^Cannot read /, "no "));
    return null;
  }
}
