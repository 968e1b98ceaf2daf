import { CidrFormatError, formatCidr, parseCidr } from "../../../base/net/cidr.ts";
import { ALLOWS, BLOCKS, COVERS } from "../../list_rule.ts";
import { type Modifiers, readModifiers } from "./modifiers.ts";
import { addressSource, otherPattern } from "./pattern.ts";
import { isHidingRule } from "../comments.ts";
import type { Line } from "../line/line.ts";
import type { LineFormat } from "../line_format.ts";
import type { ListOutput } from "../list_output.ts";
import { asciiOctets, OCTET } from "../line/octets.ts";

const EXCEPTION = asciiOctets("@@");
const DOMAIN = asciiOctets("||");

/** A rule that is plain, its rule told by identity. */
const PLAIN: Modifiers = { rule: BLOCKS, isCancelled: false };
const PLAIN_EXCEPTION: Modifiers = { rule: ALLOWS, isCancelled: false };
/** What modifiers say, or that the line says nothing about DNS. */
type Said = Modifiers | { readonly skipped: string };
/** How a last label looks that is a whole one: `||x.com` means `||x.com^`, `||x.` and `||x.c1` do not. */
const LAST_LABEL = /^(?:[a-z]{2,}|xn--[a-z0-9-]+)$/;

/**
 * Rules for ad blockers, as far as they say something about names: `||x^`, `|x^`, exceptions with `@@`, names with `*`, regular
 * expressions, addresses; modifiers that a DNS filter has (AdGuard's syntax).
 */
export class AdblockLines implements LineFormat {
  /** The last modifiers, and what they say: most lines that have some have the same. */
  #last: { readonly words: Uint8Array; readonly isAllow: boolean; readonly said: Said } | null = null;

  /** See `LineFormat`. */
  read(line: Line, output: ListOutput): void {
    // hot path
    const isAllow = line.take(EXCEPTION);
    const isDomain = line.take(DOMAIN);
    const isName = !isDomain && line.takeOctet(OCTET.bar);
    if (isDomain || isName) {
      const start = line.at;
      const isBelow = isDomain && line.octet === OCTET.star && line.nextOctet === OCTET.dot;
      if (isBelow) line.at += 2;
      let behind = line.scanName();
      const { at } = line;
      const hasEnd = behind === OCTET.caret || behind === OCTET.bar;
      while (behind === OCTET.caret || behind === OCTET.bar) {
        line.at++;
        behind = line.octet;
      }
      const isWhole = line.name.length > 0 && (hasEnd || isWholeName(line, at));
      if (isWhole && (behind === OCTET.dollar || line.endsHere())) {
        const modifiers = this.#modifiers(line, isAllow, output);
        if (modifiers === null) return;
        if (line.name.endsInDigits()) return sayAddress(line.text(start, at), modifiers, output);
        return sayName(isBelow ? COVERS.below : isDomain ? COVERS.both : COVERS.self, modifiers, output);
      }
    }
    this.#readOther(line, isAllow, output);
  }

  /** What is no plain name. */
  #readOther(line: Line, isAllow: boolean, output: ListOutput): void {
    line.at = line.start + (isAllow ? EXCEPTION.length : 0);
    const sharp = line.octets.indexOf(OCTET.sharp, line.start);
    if (sharp !== -1 && sharp < line.end && this.#isHiding(line, sharp)) return output.skipped("cosmetic");
    const isExpression = line.octet === OCTET.slash;
    const text = line.rest().replace(/\s+#.*/, "");
    const end = isExpression ? text.lastIndexOf("/") + 1 : text.indexOf("$");
    if (isExpression && (end === 1 || !/^(?:\$|$)/.test(text.slice(end)))) return output.skipped("path");
    line.at += end < 0 ? text.length : end;
    const modifiers = this.#modifiers(line, isAllow, output);
    if (modifiers === null) return;
    const body = end < 0 ? text : text.slice(0, end);
    if (isExpression) return this.#readExpression(body.slice(1, -1), modifiers, output);
    const address = /^\|\|\[?([0-9a-f:.]+(?:\/[0-9]+)?)\]?\^?\|?$/i.exec(body)?.[1];
    if (address !== undefined && /[:/]/.test(address)) return sayAddress(address, modifiers, output);
    this.#readPattern(body, line, modifiers, output);
  }

  #readExpression(source: string, modifiers: Modifiers, output: ListOutput): void {
    const address = addressSource(source);
    if (address === null) sayPattern(source, modifiers, output);
    else sayAddress(address, modifiers, output);
  }

  #readPattern(body: string, line: Line, modifiers: Modifiers, output: ListOutput): void {
    const pattern = otherPattern(body);
    if ("kind" in pattern) return output[pattern.kind](pattern.why);
    if ("source" in pattern) return sayPattern(pattern.source, modifiers, output);
    line.name.scan(asciiOctets(`${pattern.name}\n`), 0);
    sayName(pattern.covers, modifiers, output);
  }

  #isHiding(line: Line, sharp: number): boolean {
    const { at } = line;
    line.at = sharp;
    const isHiding = isHidingRule(line);
    line.at = at;
    return isHiding;
  }

  /** What stands behind `$`, if it does; `null` when the line says nothing about DNS, which has been told. */
  #modifiers(line: Line, isAllow: boolean, output: ListOutput): Modifiers | null {
    // hot path
    if (line.octet !== OCTET.dollar) return isAllow ? PLAIN_EXCEPTION : PLAIN;
    line.at++;
    const last = this.#last;
    const isKnown = last !== null && last.isAllow === isAllow && line.endsWith(last.words);
    const said = isKnown ? last.said : this.#readModifiers(line, isAllow, output);
    if (said === null || !("skipped" in said)) return said;
    output.skipped(said.skipped);
    return null;
  }

  /** `null` for what is bad, which has been told. */
  #readModifiers(line: Line, isAllow: boolean, output: ListOutput): Said | null {
    const read = readModifiers(line.rest().replace(/\s+#.*/, ""), isAllow);
    if ("bad" in read) {
      output.bad(read.bad);
      return null;
    }
    const rule = "skipped" in read ? null : output.rule(read.rule);
    const said = "skipped" in read ? read : rule && { ...read, rule };
    if (said !== null) this.#last = { words: line.octets.slice(line.at, line.end), isAllow, said };
    return said;
  }
}

/** Whether what ends at `end` without a `^` is a whole name nevertheless. */
function isWholeName({ name, octets, start }: Line, end: number): boolean {
  if (name.labels < 2 || octets[end - 1] === OCTET.dot) return false;
  const dot = octets.lastIndexOf(OCTET.dot, end - 1);
  return dot > start && LAST_LABEL.test(String.fromCharCode(...octets.subarray(dot + 1, end)).toLowerCase());
}

function sayName(covers: number, { rule, isCancelled }: Modifiers, output: ListOutput): void {
  // hot path
  if (isCancelled) output.cancelName(covers, rule);
  else output.name(covers, rule, 1);
}

function sayPattern(source: string, { rule, isCancelled }: Modifiers, output: ListOutput): void {
  if (isCancelled) output.cancelOther(`/${source}`, rule);
  else output.pattern(source, rule);
}

function sayAddress(text: string, { rule, isCancelled }: Modifiers, output: ListOutput): void {
  try {
    const network = parseCidr(text);
    if (isCancelled) output.cancelOther(formatCidr(network), rule);
    else output.address(network, rule);
  } catch (error) {
    if (!(error instanceof CidrFormatError)) throw error;
    output.bad("neither a domain name nor an address");
  }
}
