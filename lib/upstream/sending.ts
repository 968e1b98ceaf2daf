import { LaterOctets, type Receiver } from "../base/later.ts";
import { restoreCase } from "./case_randomization.ts";

/** The reply to one query over UDP, which may have been sent a second time in another spelling. */
export class Sending extends LaterOctets {
  /** Exchanges that may still bring the reply. */
  openCount = 1;
  /** Whether the reply answers the question in random case, and so has echoed that. */
  isMixed = false;
  readonly #onReply: () => void;

  /** `onReply` is called for a reply to this very query. */
  constructor(onReply: () => void) {
    super();
    this.#onReply = onReply;
  }

  /** See `Receiver`. */
  override arrived(reply: Uint8Array<ArrayBuffer>): void {
    this.#onReply();
    super.arrived(reply);
  }

  /** The reply to the second query has come; that one has counted it. */
  arrivedOtherwise(reply: Uint8Array<ArrayBuffer>): void {
    super.arrived(reply);
  }

  /** One exchange has come to nothing. */
  override failed(error: unknown): void {
    if (--this.openCount === 0) super.failed(error);
  }
}

/** Gives the reply to a question in random case to `Sending` in the asker's spelling. */
export class CaseRestorer implements Receiver<Uint8Array<ArrayBuffer>> {
  readonly #sending: Sending;
  readonly #sent: Uint8Array<ArrayBuffer>;
  readonly #asked: Uint8Array<ArrayBuffer>;

  /** `sent` is the question as it was sent, `asked` as it is to be read. */
  constructor(sending: Sending, sent: Uint8Array<ArrayBuffer>, asked: Uint8Array<ArrayBuffer>) {
    this.#sending = sending;
    this.#sent = sent;
    this.#asked = asked;
  }

  /** See `Receiver`. */
  arrived(reply: Uint8Array<ArrayBuffer>): void {
    restoreCase(reply, this.#sent, this.#asked);
    if (!this.#sending.isSettled) this.#sending.isMixed = true;
    this.#sending.arrived(reply);
  }

  /** See `Receiver`. */
  failed(error: unknown): void {
    this.#sending.failed(error);
  }
}
