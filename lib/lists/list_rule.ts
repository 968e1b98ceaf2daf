import type { Cidr } from "../base/net/cidr.ts";
import type { Name } from "../wire/name.ts";

/** How the lines of a list are read; "auto" decides for each line by how it begins. */
export const LIST_FORMATS = ["auto", "domains", "hosts", "adblock", "dnsmasq", "unbound", "rpz"] as const;
/** See {@linkcode LIST_FORMATS}. */
export type ListFormat = typeof LIST_FORMATS[number];

/** Which names a line is about, as bits: the one that it says, and those below it. */
export const COVERS = { self: 1, below: 2, both: 3 } as const;

/** What a line of a list says of the names that it is about. Plain data; the parser of a list makes one object for all of its lines that say the same. */
export interface ListRule {
  /** Whether it undoes what others block. */
  readonly isAllow: boolean;
  /** Whether it beats those that are not important (`$important`). */
  readonly isImportant: boolean;
  /** The QTYPEs that it holds for (`$dnstype`); `null` for all. */
  readonly types: RuleTypes | null;
  /** Domains, in lower case, that it does not hold for, nor for what is below them (`$denyallow`). */
  readonly exceptBelow: readonly Name[];
  /** What is answered; `null` for what is blocked as the configuration says. Of an allow: see {@linkcode RuleAnswer}. */
  readonly answer: RuleAnswer | null;
}

/** The types of a question that a rule holds for. */
export interface RuleTypes {
  /** At least one. */
  readonly types: readonly number[];
  /** Whether it holds for all others instead. */
  readonly areExcluded: boolean;
}

/**
 * What a list says to answer (`$dnsrewrite`, RPZ). Where several rules that win give addresses or records, all of them are
 * given; of other kinds the first one counts. An allow with an answer undoes that answer alone, and nothing that is
 * blocked: `any` undoes all answers, and stands in no other rule.
 */
export type RuleAnswer =
  | { readonly kind: "nxdomain" | "nodata" | "refused" | "truncate" | "any" }
  /** IPv4 and IPv6, as `formatIp` writes them; at least one. Types without an address get no data. */
  | { readonly kind: "addresses"; readonly addresses: readonly string[] }
  /** An alias, in lower case; `isPrefixed`: the name that was asked for is put in front of it (RPZ `CNAME *.target.`). */
  | { readonly kind: "cname"; readonly target: Name; readonly isPrefixed: boolean }
  /** Records of other types; at least one. */
  | { readonly kind: "records"; readonly records: readonly RuleRecord[] };

/** A record of the name that was asked for. */
export interface RuleRecord {
  /** Its type. */
  readonly type: number;
  /** Its RDATA, without compression. */
  readonly rdata: Uint8Array<ArrayBuffer>;
}

/** A regular expression, or a name with `*`. */
export interface NamePattern {
  /** An expression that `readExpression` takes, looked for in the name without a dot at its end; `PatternSet` tells what it matches. */
  readonly source: string;
}

/** What most lines of lists say: blocked. Told by identity. */
export const BLOCKS: ListRule = {
  isAllow: false,
  isImportant: false,
  types: null,
  exceptBelow: [],
  answer: null,
};

/** What exceptions say: allowed. Told by identity. */
export const ALLOWS: ListRule = { ...BLOCKS, isAllow: true };

/** Takes what the parser of a list reads. Lines are counted from 1. */
export interface ListSink {
  /**
   * A name in wire format, in lower case, at `scratch[0 … length)` with the root's octet. Valid during the call only. Never
   * the root.
   *
   * @param covers See `COVERS`.
   */
  name(scratch: Uint8Array, length: number, covers: number, rule: ListRule, line: number): void;
  /**
   * What `name` has said, or may say, with the same name, `covers` and rule does not hold in this list (`$badfilter`). Called
   * by `end` alone, behind everything else.
   */
  cancel(scratch: Uint8Array, length: number, covers: number, rule: ListRule): void;
  /** Addresses of a network, in an answer. */
  address(network: Cidr, rule: ListRule, line: number): void;
  /** A pattern of names. */
  pattern(pattern: NamePattern, rule: ListRule, line: number): void;
  /** A line that is right, and says nothing about DNS; `kind` says what it is instead. */
  skipped(kind: string, line: number): void;
  /** A line that says nothing that can be used, and `why`; of its text the beginning. */
  bad(why: string, text: string, line: number): void;
}
