import { parseIp } from "../../../base/net/ip.ts";
import { NO_DATA_TYPES, TYPE, typeFromText } from "../../../wire/iana.ts";
import { type Name, NameFormatError } from "../../../wire/name.ts";
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
  /** The words of the last record, without its owner, and what they say: most lines of a zone say the same. */
  #last: { readonly words: Uint8Array; readonly rule: ListRule; readonly target: Name | null } | null = null;
  /** Where the alias leads that has been read; `null` for nowhere, or to a part of the name that was asked for. */
  #target: Name | null = null;

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
    this.#last = null;
    if (!this.#owner.setOrigin(line.name, line.octets[line.at - 1] === OCTET.dot)) output.bad("no origin in the zone");
  }

  /** What is relative has been relative to something else until now. */
  #setApex(): void {
    this.#owner.setApex();
    this.#last = null;
  }

  #readRecord(line: Line, output: ListOutput): void {
    // hot path
    skipTtlAndClass(line);
    const last = this.#last;
    const isKnown = last !== null && line.endsWith(last.words) &&
      (last.target === null || !this.#owner.is(last.target));
    if (isKnown) return this.#say(last.rule, output);
    const { at } = line;
    this.#target = null;
    const rule = line.takeWord(CNAME) ? this.#aliasRule(line, output) : this.#recordRule(line, output);
    if (rule === null) return;
    const target = this.#target;
    const isForAll = target === null || !this.#owner.is(target);
    if (isForAll && this.#openLines === 0) this.#last = { words: line.octets.slice(at, line.end), rule, target };
    this.#say(rule, output);
  }

  /** What a record says to answer; `null` for none, which has been told. */
  #recordRule(line: Line, output: ListOutput): ListRule | null {
    const type = typeFromText(line.nextWord());
    const data = (BEFORE_COMMENT.exec(line.rest())?.[0] ?? "").trim();
    if (data.includes("(") && !data.includes(")")) this.#openLines = OPEN_LINES_MAX;
    if (type === TYPE.SOA) this.#setApex();
    if (type === null || NO_DATA_TYPES.has(type)) output.bad("no record");
    else if (NOT_LOCAL.has(type)) output.skipped("record that is no rule");
    else if (!OF_ZONE.has(type)) return dataRule(type, data, output);
    return null;
  }

  /** What an alias says to do; `null` when it says nothing, which has been told. */
  #aliasRule(line: Line, output: ListOutput): ListRule | null {
    line.skipBlanks();
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
    if (!isPrefixed) this.#target = target;
    // The older way to say that a name is let through.
    if (!isPrefixed && this.#owner.is(target)) return ALLOWS;
    return output.rule({ ...BLOCKS, answer: { kind: "cname", target, isPrefixed } });
  }

  #say(rule: ListRule, output: ListOutput): void {
    // hot path
    const { kind, covers, network } = this.#owner;
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
