import { type Cidr, formatCidr } from "../../base/net/cidr.ts";
import type { ListRule, ListSink, NamePattern } from "../list_rule.ts";
import { ExpressionFormatError, statesOf } from "../patterns/expression.ts";
import { readExpression } from "../patterns/read_expression.ts";
import { ruleToJson } from "../rule_json.ts";
import type { Line } from "./line/line.ts";
import { RuleBook } from "./rule_book.ts";

/** Patterns of a list: each may cost something for every octet of a name. */
const PATTERNS_MAX = 2000;
/** States that they take, all together. */
const PATTERN_STATES_MAX = 100_000;
/** Networks of a list. */
const ADDRESSES_MAX = 100_000;
/** Names that a list says and takes back. */
const CANCELLED_MAX = 100_000;
/** Bad lines that are shown. */
const SHOWN_MAX = 3;
/** Octets of such a line that are shown. */
const SHOWN_OCTETS_MAX = 80;

/** A line that says nothing that can be used. */
export interface BadLine {
  /** Counted from 1. */
  readonly line: number;
  /** How it begins. */
  readonly text: string;
  /** What is wrong. */
  readonly why: string;
}

/** Something that is kept until the list ends, because a later line may take it back. */
interface Kept<T> {
  readonly value: T;
  readonly rule: ListRule;
  readonly line: number;
}

/** What the lines of a list say, on its way to the sink: checked, counted, and without what is taken back. */
export class ListOutput {
  readonly #sink: ListSink;
  readonly #line: Line;
  readonly #book = new RuleBook();
  readonly #patterns = new Map<string, Kept<NamePattern>>();
  #patternStates = 0;
  readonly #addresses = new Map<string, Kept<Cidr>>();
  readonly #cancelledNames: { name: Uint8Array; covers: number; rule: ListRule }[] = [];
  readonly #cancelled = new Set<string>();
  #lastBad = 0;
  /** Number of the line that is being read. */
  lineNumber = 0;
  /** Names, patterns and networks so far, those that are said twice counted twice. */
  entries = 0;
  /** Lines that say nothing that can be used. */
  badLines = 0;
  /** The first of them. */
  readonly firstBad: BadLine[] = [];
  /** Lines that say nothing about DNS, by kind. */
  readonly skippedLines: Map<string, number> = new Map();

  /** `line` is the one that is being read. */
  constructor(sink: ListSink, line: Line) {
    this.#sink = sink;
    this.#line = line;
  }

  /**
   * The name that the line has read last.
   *
   * @param labelsMin Names of fewer labels are refused: one of one label is nearly always a mistake, and takes a whole
   * top-level domain.
   */
  name(covers: number, rule: ListRule, labelsMin: number): void {
    // hot path
    const { name } = this.#line;
    if (name.length === 0) this.bad("no domain name");
    else if (name.labels < labelsMin) this.bad("a name of one label");
    else if (name.endsInDigits()) this.bad("no domain name: the last label is a number");
    else {
      this.entries++;
      this.#sink.name(name.scratch, name.length, covers, rule, this.lineNumber);
    }
  }

  /** Takes back what other lines say of that name with the same `covers` and `rule`. */
  cancelName(covers: number, rule: ListRule): void {
    const { name } = this.#line;
    if (name.length === 0) this.bad("no domain name");
    else if (this.#cancelledNames.length >= CANCELLED_MAX) this.bad("too many lines are taken back");
    else this.#cancelledNames.push({ name: name.scratch.slice(0, name.length), covers, rule });
  }

  /** An expression; it is checked. */
  pattern(source: string, rule: ListRule): void {
    try {
      this.#patternStates += statesOf(readExpression(source));
    } catch (error) {
      if (!(error instanceof ExpressionFormatError)) throw error;
      return this.bad(`the expression ${error.message}`);
    }
    if (this.#patterns.size >= PATTERNS_MAX || this.#patternStates > PATTERN_STATES_MAX) {
      return this.bad("too many patterns");
    }
    this.#keep(this.#patterns, `/${source}`, { source }, rule);
  }

  /** Addresses in answers. */
  address(network: Cidr, rule: ListRule): void {
    if (network.prefixBits === 0) return this.bad("would match every address");
    if (this.#addresses.size >= ADDRESSES_MAX) return this.bad("too many addresses");
    this.#keep(this.#addresses, formatCidr(network), network, rule);
  }

  /** Takes back what other lines say of the expression or, written by `formatCidr`, of the network, with the same rule. */
  cancelOther(text: string, rule: ListRule): void {
    if (this.#cancelled.size >= CANCELLED_MAX) this.bad("too many lines are taken back");
    else this.#cancelled.add(keyOf(text, rule));
  }

  /** The one that says the same; `null` when it was one too many, which has been told. */
  rule(rule: ListRule): ListRule | null {
    const known = this.#book.same(rule);
    if (known === null) this.bad("too many different rules");
    return known;
  }

  /** The line is right, and says nothing about DNS. */
  skipped(kind: string): void {
    this.skippedLines.set(kind, (this.skippedLines.get(kind) ?? 0) + 1);
    this.#sink.skipped(kind, this.lineNumber);
  }

  /** The line, or some word of it, says nothing that can be used. */
  bad(why: string): void {
    const { start, end, octets } = this.#line;
    const shown = octets.subarray(start, Math.min(end, start + SHOWN_OCTETS_MAX));
    // deno-lint-ignore no-control-regex -- what a terminal would obey is not shown
    const text = new TextDecoder().decode(shown).replace(/[\0-\x1f\x7f-\x9f]/g, "\ufffd");
    // A line of hosts may have several bad names.
    if (this.#lastBad === this.lineNumber) return;
    this.#lastBad = this.lineNumber;
    this.badLines++;
    if (this.firstBad.length < SHOWN_MAX) this.firstBad.push({ line: this.lineNumber, text, why });
    this.#sink.bad(why, text, this.lineNumber);
  }

  /** The list has ended. */
  end(): void {
    for (const [key, { value, rule, line }] of this.#patterns) {
      if (!this.#cancelled.has(key)) this.#sink.pattern(value, rule, line);
    }
    for (const [key, { value, rule, line }] of this.#addresses) {
      if (!this.#cancelled.has(key)) this.#sink.address(value, rule, line);
    }
    for (const { name, covers, rule } of this.#cancelledNames) this.#sink.cancel(name, name.length, covers, rule);
  }

  #keep<T>(all: Map<string, Kept<T>>, text: string, value: T, rule: ListRule): void {
    this.entries++;
    all.getOrInsert(keyOf(text, rule), { value, rule, line: this.lineNumber });
  }
}

function keyOf(text: string, rule: ListRule): string {
  return `${text}\n${JSON.stringify(ruleToJson(rule))}`;
}
