import { type Edns, type ExtendedError, readExtendedError, readOpt } from "../../wire/edns/edns.ts";
import { TYPE } from "../../wire/iana.ts";
import type { Message } from "../../wire/message.ts";

/** What came of one query. */
export type Heard = Reply | Missing;

/** A reply has come. */
export interface Reply {
  /** Tells it from `Missing`. */
  readonly kind: "reply";
  /** What it says. */
  readonly message: Message;
  /** Its OPT record; `null` for none. */
  readonly edns: Edns | null;
  /** As it came. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** From the sending of the query, in milliseconds. */
  readonly tookMs: number;
}

/** None has come. */
export interface Missing {
  /** `silence`: nothing in time. `error`: something else went wrong. */
  readonly kind: "silence" | "error";
  /** What. */
  readonly text: string;
}

/** The OPT record of a message. */
export function ednsOf({ additionals }: Message): Edns | null {
  const opt = additionals.find(({ type }) => type === TYPE.OPT);
  return opt === undefined ? null : readOpt(opt);
}

/** RFC 6891 §6.1.3: its upper bits are in the OPT record. */
export function rcodeOf({ message, edns }: Reply): number {
  return (edns?.extendedRcode ?? 0) << 4 | message.rcode;
}

/** What the reply says of its error (RFC 8914). */
export function extendedErrorsOf({ edns }: Reply): ExtendedError[] {
  return (edns?.options ?? []).map(readExtendedError).filter((error) => error !== null);
}
