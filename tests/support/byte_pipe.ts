import type { ByteStream } from "../../lib/base/net/byte_stream.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** One end of a pipe; the other one gets what is written here, in parts of `partOctets` at most. */
export class PipeEnd implements ByteStream {
  /** What the other end has written, all of it. */
  readonly received: number[] = [];
  other!: PipeEnd;
  isClosed = false;
  /** As long as it is set, nothing that is written here arrives, and writes wait. */
  isStuck = false;
  readonly #waiting: Octets[] = [];
  readonly #stuck: (() => void)[] = [];
  #reader: { buffer: Octets; settle: PromiseWithResolvers<number | null> } | null = null;

  constructor(readonly partOctets: number) {}

  read(buffer: Octets): Promise<number | null> {
    if (this.isClosed) return Promise.reject(new Error("closed"));
    this.#reader = { buffer, settle: Promise.withResolvers() };
    const { promise } = this.#reader.settle;
    this.#give();
    return promise;
  }

  async write(octets: Octets): Promise<number> {
    if (this.isClosed || this.other.isClosed) throw new Error("broken pipe");
    if (this.isStuck) await new Promise<void>((resolve) => this.#stuck.push(resolve));
    const copy = octets.slice();
    await null;
    this.other.#waiting.push(copy);
    for (const octet of copy) this.other.received.push(octet);
    this.other.#give();
    return octets.length;
  }

  /** Lets writes go on. */
  goOn(): void {
    this.isStuck = false;
    for (const resolve of this.#stuck.splice(0)) resolve();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#reader?.settle.reject(new Error("closed"));
    this.#reader = null;
    this.other.#give();
  }

  #give(): void {
    const reader = this.#reader;
    const first = this.#waiting[0];
    if (reader === null || (first === undefined && !this.other.isClosed)) return;
    this.#reader = null;
    if (first === undefined) return reader.settle.resolve(null);
    const part = first.subarray(0, Math.min(this.partOctets, reader.buffer.length));
    reader.buffer.set(part);
    if (part.length === first.length) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(part.length);
    reader.settle.resolve(part.length);
  }
}

/** Two ends. */
export function bytePipe(partOctets = Infinity): [PipeEnd, PipeEnd] {
  const ends: [PipeEnd, PipeEnd] = [new PipeEnd(partOctets), new PipeEnd(partOctets)];
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}

/** Lets everything that waits for nothing else happen. */
export async function settled(turns = 200): Promise<void> {
  for (let i = 0; i < turns; i++) await null;
}
