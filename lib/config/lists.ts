import { MIB } from "../base/units.ts";
import type { ListFormat } from "../lists/list_rule.ts";
import type { DomainPattern } from "./domain_pattern.ts";
import type { Place } from "./place.ts";

/** What block replies say besides the addresses that somebody gives. */
export const BLOCK_ANSWERS = ["zero", "nxdomain", "nodata", "refused"] as const;

/** Why a list blocks: because we want it so, because others told us to, because the client wants it so (RFC 8914 §4.16–4.18). */
export const BLOCK_REASONS = ["blocked", "censored", "filtered"] as const;

/** What a client gets in place of an answer: addresses of no use, or those that stand here, as `formatIp` writes them. */
export type BlockAnswer = typeof BLOCK_ANSWERS[number] | readonly string[];

/** Names, and nothing else: what comes of them is said by who uses the list. */
export interface ListConfig {
  /** What others refer to it by. */
  readonly name: string;
  /** Where its lines are; each is a file or is fetched. */
  readonly sources: readonly ListSource[];
  /** Names that stand in the configuration itself: the operator's own words. */
  readonly names: readonly string[];
  /** How lines are read. */
  readonly format: ListFormat;
  /** Whether a plain name means all below it as well; `null` for what is usual in its format. */
  readonly coversBelow: boolean | null;
  /** QTYPEs that it is about, at least one; `null` for all. */
  readonly types: readonly number[] | null;
  /** How long what was fetched is good for. */
  readonly refreshMs: number;
  /** Of a source, unpacked. */
  readonly maxSizeOctets: number;
  /** With a larger share of bad lines it is no list, and the former one stays; 0–1. */
  readonly maxErrorsShare: number;
  /** With fewer names it is no list. */
  readonly minNames: number;
  /** Having lost a larger share of its names at once it is not believed; 0–1. */
  readonly maxShrinkShare: number;
  /** Whether no allow undoes it. */
  readonly isImportant: boolean;
  /** What clients get for its names; `null` for what their group says. */
  readonly answer: BlockAnswer | null;
  /** What clients are told. */
  readonly reason: typeof BLOCK_REASONS[number];
  /** The upstream group that finds the addresses of its servers; `null` for the default one. */
  readonly via: string | null;
  /** Sent to its servers as a bearer token (RFC 6750 §2.1). */
  readonly token: Secret | null;
  /** Where it stands. */
  readonly place: Place;
}

/** What nobody else may know: the text is neither logged nor printed, and no worker gets it. */
export interface Secret {
  /** The file that it stands in, a path, resolved. */
  readonly file: string;
  /** Itself. */
  readonly text: string;
}

/** Where lines of a list are. */
export type ListSource =
  /** Fetched from there, `https:` or `http:`. */
  | { readonly url: string }
  /** A path, resolved. */
  | { readonly file: string };

/** Times at which rules hold. */
export interface ScheduleConfig {
  /** What others refer to it by. */
  readonly name: string;
  /** Any of them; at least one. */
  readonly windows: readonly ScheduleWindow[];
  /** Where it stands. */
  readonly place: Place;
}

/** A part of a day, on some days of the week. */
export interface ScheduleWindow {
  /** Days on which it begins: 0 is Sunday; at least one. */
  readonly days: readonly number[];
  /** Minutes since midnight, 0–1439. */
  readonly fromMinute: number;
  /** The first minute that is not in it, 1–1440. At or below `fromMinute` it is one of the next day. */
  readonly toMinute: number;
  /** An IANA time zone; `null` for the machine's. */
  readonly timeZone: string | null;
}

/** What a client group blocks or allows. */
export interface BlockRule {
  /** Names of lists; "*" for all names there are. */
  readonly lists: readonly string[] | "*";
  /** When; `null` for always. */
  readonly schedule: string | null;
  /** Names of lists whose names are left out. */
  readonly except: readonly string[];
  /** Where it stands. */
  readonly place: Place;
}

/** How names are blocked. */
export interface BlockConfig {
  /** What clients get, unless their group or the list says otherwise. */
  readonly answer: BlockAnswer;
  /** How long they may remember it. */
  readonly ttlSeconds: number;
  /** What they are told: the list with its line, only that it was blocked (RFC 8914), or nothing. */
  readonly explain: "list" | "code" | "off";
  /** Whether aliases and addresses in answers are looked at, too. */
  readonly checksAnswers: boolean;
}

/** What may be in answers. */
export interface AnswersConfig {
  /** Whether private addresses are taken out of the answers for public names. */
  readonly rebindingProtection: boolean;
  /** Names that may have private addresses all the same. */
  readonly privateNames: readonly DomainPattern[];
  /** QTYPEs that are answered with no records, for everybody. */
  readonly dropTypes: readonly number[];
  /** Whether clients see addresses without the aliases that lead to them. */
  readonly isFlat: boolean;
}

/** IPv6 addresses for names that have IPv4 addresses alone (RFC 6147). */
export interface Dns64Config {
  /** As `formatCidr` writes it. */
  readonly prefix: string;
  /** Networks whose IPv6 addresses count for none. */
  readonly exclude: readonly string[];
  /** Client groups, at least one; `null` for those that say so themselves. */
  readonly clients: readonly string[] | null;
}

/** What holds for a list unless something is said of it. */
export const DEFAULT_LIST = {
  format: "auto",
  refreshMs: 86_400_000,
  maxSizeOctets: 256 * MIB,
  maxErrorsShare: 0.05,
  minNames: 1,
  maxShrinkShare: 0.5,
  reason: "blocked",
} as const;

/** How names are blocked unless something is said of it. */
export const DEFAULT_BLOCK: BlockConfig = { answer: "zero", ttlSeconds: 60, explain: "list", checksAnswers: true };

/** What may be in answers unless something is said of it: whatever they say. */
export const DEFAULT_ANSWERS: AnswersConfig = {
  rebindingProtection: false,
  privateNames: [],
  dropTypes: [],
  isFlat: false,
};

/** How IPv6 addresses are made unless something is said of it: with the prefix that all translators know (RFC 6052 §2.1). */
export const DEFAULT_DNS64: Pick<Dns64Config, "prefix" | "exclude"> = {
  prefix: "64:ff9b::/96",
  // RFC 6147 §5.1.4: what is no IPv6 address on the wire.
  exclude: ["::ffff:0:0/96"],
};
