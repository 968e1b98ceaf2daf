import { HEADER_OCTETS } from "../../wire/header.ts";
import { EDE, RCODE } from "../../wire/iana.ts";
import { type LoopDetector, PROBE_LABEL_OCTETS } from "../../upstream/group/loop_detector.ts";
import { ownReply } from "../own_reply.ts";
import type { Query } from "../query.ts";
import { type Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/** Keeps our own probes for forwarding loops from going round once more. */
export class LoopGuard implements Resolver {
  readonly #next: Resolver;
  readonly #detector: LoopDetector;

  /** Whatever is no probe of `detector` goes to `next`. */
  constructor({ next, detector }: { next: Resolver; detector: LoopDetector }) {
    this.#next = next;
    this.#detector = detector;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // The length of its first label tells nearly every question from a probe: only the others are copied.
    if (query.wire[HEADER_OCTETS] !== PROBE_LABEL_OCTETS || !this.#detector.recognize(query.questionOctets)) {
      return this.#next.resolve(query);
    }
    query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: "Forwarding loop" });
    return ownReply(query, { rcode: RCODE.REFUSED, withQuestion: true, source: SOURCE.refused, reason: "loop" });
  }
}
