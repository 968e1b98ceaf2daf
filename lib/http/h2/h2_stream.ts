/** One exchange on a connection, as long as it is under way (RFC 9113 §5). */
export class H2Stream {
  /** Odd: clients open all of them. */
  readonly id: number;
  /** Octets that the other side lets us send on it. */
  sendWindow: number;
  /** What of our content waits for that; see `ContentSender`. */
  rest: Uint8Array<ArrayBuffer> | null = null;
  /** Octets of the other side's content that have come, and are kept. */
  receivedOctets = 0;
  /** Whether the other side has said all it has to say. */
  isComplete = false;

  /** One that was opened right now. */
  constructor(id: number, sendWindow: number) {
    this.id = id;
    this.sendWindow = sendWindow;
  }
}
