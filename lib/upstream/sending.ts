import { LaterOctets, type Receiver } from "../base/later.ts";
import { restoreCase } from "./case_randomization.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** The reply to one query over UDP, which may have been sent a second time in another spelling. */
export class Sending extends LaterOctets {
  /** Exchanges that may still bring the reply. */
  openCount = 1;
  /** Whether the reply answers the question in random case, and so has echoed that. */
  isMixed = false;
  readonly #onReply: () => void;

  /** `onReply` is called for each reply, the second one as well. */
  constructor(onReply: () => void) {
    super();
    this.#onReply = onReply;
  }

  /** See `Receiver`. */
  override arrived(reply: Octets): void {
    this.#onReply();
    super.arrived(reply);
  }

  /** One exchange has come to nothing. */
  override failed(error: unknown): void {
    if (--this.openCount === 0) super.failed(error);
  }
}

/** Gives the reply to a question in random case to `Sending` in the asker's spelling. */
export class CaseRestorer implements Receiver<Octets> {
  readonly #sending: Sending;
  readonly #sent: Octets;
  readonly #asked: Octets;

  /** `sent` is the question as it was sent, `asked` as it is to be read. */
  constructor(sending: Sending, sent: Octets, asked: Octets) {
    this.#sending = sending;
    this.#sent = sent;
    this.#asked = asked;
  }

  /** See `Receiver`. */
  arrived(reply: Octets): void {
    restoreCase(reply, this.#sent, this.#asked);
    if (!this.#sending.isSettled) this.#sending.isMixed = true;
    this.#sending.arrived(reply);
  }

  /** See `Receiver`. */
  failed(error: unknown): void {
    this.#sending.failed(error);
  }
}
