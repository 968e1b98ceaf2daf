import { withoutOpt } from "../wire/edns/without_opt.ts";
import type { RecordPlaces } from "../wire/record_places.ts";
import { FLAG, putFlags } from "../wire/header.ts";
import { TYPE } from "../wire/iana.ts";
import { MessageScan, OPT_FAULT } from "../wire/scan.ts";
import { rewriteWithout } from "./records/rewrite.ts";
import { Survey } from "./records/survey.ts";

/** Who gives responses. */
export interface Responder {
  /** How it is called in messages. */
  readonly name: string;
}

/**
 * A response of an upstream, read once, by whoever has received it, for all who judge it: whether it is one to the question,
 * what it is good for, what of it belongs to the answer, how long it may be kept.
 *
 * It is lent like its octets, and used anew for the next response: who keeps it for longer than a call takes makes a copy.
 */
export class Response {
  /** The message; edited in place by those who read it, one after another. */
  octets: Uint8Array<ArrayBuffer> = NOTHING;
  /** What has been found out about its records. */
  readonly survey: Survey = new Survey();
  /** Where they stand. */
  readonly places: RecordPlaces = this.survey.places;
  /** Where all else stands. */
  readonly scan: MessageScan = new MessageScan(this.survey);
  /** Where the names of its CNAME chain stand, the question's first; see `followInOrder`. */
  readonly chain: number[] = this.survey.chain;
  /** Whether `chain` is that of these octets, and has an end. */
  isChainKnown = false;
  /** Who has given it; `null` as long as nobody has said so. */
  upstream: Responder | null = null;
  /**
   * Whether it should have been asked for once more before it is believed, had there been a send left: a denial, or the
   * rejection of EDNS by a server that is being asked without.
   */
  isUnproven = false;
  /** Whether it came with an OPT record, which may have been left out since. */
  hadOpt = false;

  /** Reads a message, in place of the last one. Returns what a scan of it does. */
  read(octets: Uint8Array<ArrayBuffer>): number {
    // hot path
    this.octets = octets;
    this.upstream = null;
    this.isUnproven = false;
    const status = this.scan.scan(octets);
    this.isChainKnown = this.isUsual;
    this.hadOpt = this.scan.hasOpt;
    return status;
  }

  /** The same message in other octets, which say the same. */
  rewrite(octets: Uint8Array<ArrayBuffer>): void {
    this.octets = octets;
    this.scan.scan(octets);
    this.isChainKnown = this.isUsual;
  }

  /** Whether it is like nearly all, so that nothing has to be looked for in its records: see `Survey`. It has to be readable. */
  get isUsual(): boolean {
    return this.survey.isUsual && !this.scan.isOvercompressed;
  }

  /** Clears AD: whoever has set it is not believed. */
  clearAd(): void {
    // hot path
    const { scan } = this;
    if ((scan.flags & FLAG.AD) === 0) return;
    scan.flags &= ~FLAG.AD;
    putFlags(this.octets, scan.flags);
  }

  /** Leaves out the octets behind the last record. */
  trim(): void {
    // hot path
    const { end } = this.scan;
    if (end !== this.octets.length) this.octets = this.octets.subarray(0, end);
  }

  /**
   * Leaves out the OPT record, which was meant for the one who asked (RFC 6891 §6.1.1), and whatever octets stand behind the
   * last record. Returns whether that could be done: where records follow the OPT record, the message is written anew, and
   * then may be longer than a message can be. One with a broken OPT record stays as it is.
   */
  leaveOptOut(): boolean {
    // hot path
    const { scan } = this;
    if (scan.optFault !== OPT_FAULT.none) return false;
    if (!scan.hasOpt) {
      this.trim();
      return true;
    }
    if (scan.optEnd === scan.end) {
      this.octets = withoutOpt(this.octets, scan)!;
      scan.forgetOpt();
      return true;
    }
    // Names that point to the question keep on doing so.
    const octets = rewriteWithout(this.octets, scan, TYPE.OPT);
    if (octets === null) return false;
    this.rewrite(octets);
    return true;
  }

  /** The same in octets of its own, for who keeps it. */
  copy(): Response {
    const copy = new Response();
    copy.read(this.octets.slice());
    copy.upstream = this.upstream;
    copy.isUnproven = this.isUnproven;
    copy.hadOpt = this.hadOpt;
    return copy;
  }
}

const NOTHING = new Uint8Array(0);
