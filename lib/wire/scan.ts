import { uint16At } from "./octets.ts";
import { FLAG, HEADER_OCTETS, opcodeOf, rcodeOf } from "./header.ts";
import { TYPE } from "./iana.ts";
import { areOptionsReadable, BARE_OPT_OCTETS, DO_FLAG } from "./edns/edns.ts";
import { PointerWork } from "./pointer_work.ts";
import { checkRdata, RDATA_FORM } from "./rdata/rdata_form.ts";
import { skipName, UNREADABLE } from "./skip_name.ts";

export { skipName } from "./skip_name.ts";

/** What a scan found. Statuses instead of errors: garbage at line rate must not build Error objects. */
export const SCAN = {
  /** A whole message; octets behind it may follow. */
  ok: 0,
  /** Fewer octets than a header has. No field of the scan is valid. */
  tooShort: 1,
  /** A header, then something that is no message. The header's fields are valid, and the questions' if they ended. */
  malformed: 2,
} as const;

/** Kinds of trouble with the OPT record in a message that is otherwise readable. */
export const OPT_FAULT = {
  none: 0,
  /** More than one OPT, or one outside the additional section (RFC 6891 §6.1.1). */
  misplaced: 1,
  /** An owner other than the root (RFC 6891 §6.1.2). */
  owner: 2,
  /** An option that does not fit into the RDATA. */
  options: 3,
} as const;

/** `MessageScan.optOffset` when there is no OPT record. */
export const NO_OPT: number = -1;

/** Who is shown the records of a message on the walk over it, so that nobody need walk over them again. */
export interface RecordWatcher {
  /** The questions have been read, which `scan` tells of: the records follow. */
  begin(octets: Uint8Array, scan: MessageScan): void;
  /**
   * A record has been read, whose names are readable. Those behind it may turn out not to be.
   *
   * @param index The first one is 0.
   * @param owner Where its owner stands.
   * @param head Where its TYPE stands, behind its owner.
   * @param end Where it ends.
   */
  note(octets: Uint8Array, index: number, owner: number, head: number, end: number): void;
}

/**
 * Where things are in a message, found in one walk over its octets that allocates nothing. Accepts exactly the octets
 * that `decode` accepts. One object may be used for any number of messages.
 */
export class MessageScan {
  /** What the last scan found, see `SCAN`. */
  status: number = SCAN.tooShort;
  /** The header's ID. */
  id = 0;
  /** The second pair of octets of the header, see `FLAG`. */
  flags = 0;
  /** QDCOUNT */
  questionCount = 0;
  /** ANCOUNT */
  answerCount = 0;
  /** NSCOUNT */
  authorityCount = 0;
  /** ARCOUNT */
  additionalCount = 0;
  /** Offset of the first question's QTYPE; 0 when there is no question. */
  qtypeOffset = 0;
  /** QTYPE of the first question; 0 without one. */
  qtype = 0;
  /** QCLASS of the first question; 0 without one. */
  qclass = 0;
  /** Offset behind the question section; 0 when it cannot be read. */
  questionsEnd = 0;
  /** Offset behind the last record. */
  end = 0;
  /** Offset of the OPT record's owner, or `NO_OPT`. */
  optOffset: number = NO_OPT;
  /** Offset behind the OPT record. */
  optEnd = 0;
  /** What is wrong with the OPT record, see `OPT_FAULT`. */
  optFault: number = OPT_FAULT.none;
  /** The sender's UDP payload size as it stands in the OPT record, in octets. */
  udpPayloadOctets = 0;
  /** The version of EDNS that the sender speaks, 0–255. */
  ednsVersion = 0;
  /** The upper eight bits of the RCODE. */
  extendedRcode = 0;
  /** DO */
  wantsDnssec = false;
  /** Whether a TSIG or SIG(0) record signs the message (RFC 8945, RFC 2931). */
  isSigned = false;
  /** Whether a name came compressed that must not be: in the RDATA of a type that RFC 1035 does not know (RFC 3597 §4). */
  isOvercompressed = false;
  /** Whether it has a DNAME record: the names made from it begin like the question's (RFC 6672 §2.2). */
  hasRedirection = false;

  readonly #work = new PointerWork();
  readonly #watcher: RecordWatcher | null;

  /** Shows the records to `watcher`, if there is one. */
  constructor(watcher: RecordWatcher | null = null) {
    this.#watcher = watcher;
  }

  /** Steps that the names' pointers took, see `PointerWork`. */
  get pointerSteps(): number {
    return this.#work.steps;
  }

  /** Whether there is an OPT record. */
  get hasOpt(): boolean {
    return this.optOffset !== NO_OPT;
  }

  /** Whether the OPT record has options. */
  get hasOptions(): boolean {
    return this.optEnd > this.optOffset + BARE_OPT_OCTETS;
  }

  /** QR */
  get isResponse(): boolean {
    return (this.flags & FLAG.QR) !== 0;
  }

  /** OPCODE, 0–15. */
  get opcode(): number {
    return opcodeOf(this.flags);
  }

  /** The header's four bits of RCODE. */
  get rcode(): number {
    return rcodeOf(this.flags);
  }

  /**
   * Scans the first `length` octets of `octets`. Returns the status, which the object keeps as well.
   */
  scan(octets: Uint8Array, length: number = octets.length): number {
    // hot path
    this.qtypeOffset = 0;
    this.qtype = 0;
    this.qclass = 0;
    this.questionsEnd = 0;
    this.end = 0;
    this.optOffset = NO_OPT;
    this.optEnd = 0;
    this.optFault = OPT_FAULT.none;
    this.udpPayloadOctets = 0;
    this.ednsVersion = 0;
    this.extendedRcode = 0;
    this.wantsDnssec = false;
    this.isSigned = false;
    this.isOvercompressed = false;
    this.hasRedirection = false;
    this.#work.steps = 0;
    if (length < HEADER_OCTETS) return this.status = SCAN.tooShort;
    this.id = uint16At(octets, 0);
    this.flags = uint16At(octets, 2);
    this.questionCount = uint16At(octets, 4);
    this.answerCount = uint16At(octets, 6);
    this.authorityCount = uint16At(octets, 8);
    this.additionalCount = uint16At(octets, 10);
    return this.status = this.#scanSections(octets, length) ? SCAN.ok : SCAN.malformed;
  }

  /** The OPT record, which was the last one, has been left out. */
  forgetOpt(): void {
    // hot path
    this.additionalCount--;
    this.end = this.optOffset;
    this.optOffset = NO_OPT;
    this.optEnd = 0;
  }

  #scanSections(octets: Uint8Array, length: number): boolean {
    let offset = HEADER_OCTETS;
    for (let i = 0; i < this.questionCount; i++) {
      const typeOffset = skipName(octets, offset, length, this.#work);
      if (typeOffset === UNREADABLE || typeOffset + 4 > length) return false;
      if (i === 0) this.#noteQuestion(octets, typeOffset);
      offset = typeOffset + 4;
    }
    this.questionsEnd = offset;
    if (this.#watcher !== null) this.#watcher.begin(octets, this);
    const additionalFrom = this.answerCount + this.authorityCount;
    const recordCount = additionalFrom + this.additionalCount;
    for (let i = 0; i < recordCount; i++) {
      offset = this.#scanRecord(octets, i, offset, length, i >= additionalFrom);
      if (offset === UNREADABLE) return false;
    }
    this.end = offset;
    return true;
  }

  #noteQuestion(octets: Uint8Array, typeOffset: number): void {
    this.qtypeOffset = typeOffset;
    this.qtype = uint16At(octets, typeOffset);
    this.qclass = uint16At(octets, typeOffset + 2);
  }

  /** Returns the offset behind the record, or `UNREADABLE`. */
  #scanRecord(octets: Uint8Array, index: number, offset: number, length: number, isAdditional: boolean): number {
    const typeOffset = skipName(octets, offset, length, this.#work);
    if (typeOffset === UNREADABLE || typeOffset + 10 > length) return UNREADABLE;
    const type = uint16At(octets, typeOffset);
    const rdataOffset = typeOffset + 10;
    const end = rdataOffset + uint16At(octets, typeOffset + 8);
    if (end > length) return UNREADABLE;
    const form = checkRdata(octets, type, uint16At(octets, typeOffset + 2), rdataOffset, end, this.#work);
    if (form === RDATA_FORM.broken) return UNREADABLE;
    if (form === RDATA_FORM.overcompressed) this.isOvercompressed = true;
    if (type === TYPE.DNAME) this.hasRedirection = true;
    if (type === TYPE.OPT) this.#noteOpt(octets, offset, typeOffset, end, isAdditional);
    else if (isAdditional && (type === TYPE.TSIG || isTransactionSignature(octets, type, rdataOffset))) {
      this.isSigned = true;
    }
    if (this.#watcher !== null) this.#watcher.note(octets, index, offset, typeOffset, end);
    return end;
  }

  #noteOpt(octets: Uint8Array, offset: number, typeOffset: number, end: number, isAdditional: boolean): void {
    if (!isAdditional || this.hasOpt) {
      this.optFault = OPT_FAULT.misplaced;
    } else if (typeOffset !== offset + 1) {
      this.optFault = OPT_FAULT.owner;
    } else if (!areOptionsReadable(octets, typeOffset + 10, end)) {
      this.optFault = OPT_FAULT.options;
    }
    this.optOffset = offset;
    this.optEnd = end;
    this.udpPayloadOctets = uint16At(octets, typeOffset + 2);
    this.extendedRcode = octets[typeOffset + 4]!;
    this.ednsVersion = octets[typeOffset + 5]!;
    this.wantsDnssec = (uint16At(octets, typeOffset + 6) & DO_FLAG) !== 0;
  }
}

/** RFC 2931 §3: a SIG record that covers type 0 signs the message, not an RRset. */
function isTransactionSignature(octets: Uint8Array, type: number, rdataOffset: number): boolean {
  return type === TYPE.SIG && uint16At(octets, rdataOffset) === 0;
}
