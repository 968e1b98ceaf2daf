type Octets = Uint8Array<ArrayBuffer>;

/** The reading side of a TCP connection that is played in a test: what came in, and the `read` that waits for it. */
export class StreamInbox {
  readonly #unread: Octets[] = [];
  readonly #onRead: (count: number) => void;
  #hasEnded = false;
  #broken: Error | null = null;
  #reading: { readonly buffer: Octets; readonly settle: PromiseWithResolvers<number | null> } | null = null;

  /** `onRead` hears how many octets were read, whenever some are. */
  constructor(onRead: (count: number) => void = () => {}) {
    this.#onRead = onRead;
  }

  /** Whether a `read` waits. */
  get isReading(): boolean {
    return this.#reading !== null;
  }

  /** Whether something came in and was not read. */
  get hasUnread(): boolean {
    return this.#unread.length > 0;
  }

  /** Octets have come in. They must not change. */
  take(octets: Octets): void {
    this.#unread.push(octets);
    this.#pump();
  }

  /** No more will come. */
  end(): void {
    this.#hasEnded = true;
    this.#pump();
  }

  /** The connection is broken: whatever is unread is lost. */
  fail(error: Error): void {
    this.#broken = error;
    this.#pump();
  }

  /** See `StreamSocket.read`. */
  read(buffer: Octets): Promise<number | null> {
    if (this.#reading !== null) return Promise.reject(new Error("Busy: somebody reads already"));
    this.#reading = { buffer, settle: Promise.withResolvers<number | null>() };
    const { promise } = this.#reading.settle;
    this.#pump();
    return promise;
  }

  /** See `PushedStream.receive`. */
  receive(buffer: Octets): number {
    if (this.#broken !== null) throw this.#broken;
    if (this.#unread.length === 0) return this.#hasEnded ? 0 : -1;
    const count = this.#fill(buffer);
    this.#onRead(count);
    return count;
  }

  /** Whether `receive` has something to say. */
  get hasNews(): boolean {
    return this.#unread.length > 0 || this.#hasEnded || this.#broken !== null;
  }

  /** Lets a `read` that waits reject, as `StreamSocket.close` does. */
  shut(): void {
    this.#reading?.settle.reject(new Error("Interrupted"));
    this.#reading = null;
  }

  #pump(): void {
    const reading = this.#reading;
    if (reading === null) return;
    if (this.#unread.length === 0 && this.#broken === null && !this.#hasEnded) return;
    this.#reading = null;
    const { buffer, settle } = reading;
    if (this.#broken !== null) return settle.reject(this.#broken);
    // Once ended it stays ended.
    if (this.#unread.length === 0) return settle.resolve(null);
    const count = this.#fill(buffer);
    this.#onRead(count);
    settle.resolve(count);
  }

  /** Moves what came in into `buffer`: where one `write` ends and the next begins does not show. */
  #fill(buffer: Octets): number {
    let filled = 0;
    while (filled < buffer.length && this.#unread.length > 0) {
      const [next] = this.#unread;
      const part = next!.subarray(0, buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
      if (part.length === next!.length) this.#unread.shift();
      else this.#unread[0] = next!.subarray(part.length);
    }
    return filled;
  }
}
