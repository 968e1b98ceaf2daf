import type { ByteStream } from "../../lib/base/net/byte_stream.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** A field of a message in Protocol Buffers, read by another hand than the one that writes them. */
export type Fields = ReadonlyMap<number, number | Octets>;

/** Reads all fields of a message; each must be there once at most. */
export function readFields(octets: Octets): Fields {
  const fields = new Map<number, number | Octets>();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const octet = octets[at++]!;
      value |= BigInt(octet & 0x7f) << shift;
      if (octet < 0x80) break;
    }
    return Number(value);
  };
  while (at < octets.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (fields.has(field)) throw new Error(`Field ${field} twice`);
    if (tag % 8 === 0) fields.set(field, varint());
    else if (tag % 8 === 5) {
      fields.set(field, new DataView(octets.buffer, octets.byteOffset + at).getUint32(0, true)), at += 4;
    } else if (tag % 8 === 2) {
      const length = varint();
      fields.set(field, octets.slice(at, at += length));
    } else throw new Error(`Wire type ${tag % 8}`);
  }
  if (at !== octets.length) throw new Error("A field is cut");
  return fields;
}

/** What a frame says of a message. */
export interface ReadFrame {
  readonly identity: string | null;
  readonly version: string | null;
  readonly type: number;
  readonly family: number;
  readonly protocol: number;
  readonly queryAddress: Octets | null;
  readonly responseAddress: Octets | null;
  readonly queryPort: number | null;
  readonly responsePort: number | null;
  /** Seconds and nanoseconds. */
  readonly queryAt: readonly [number, number] | null;
  readonly responseAt: readonly [number, number] | null;
  readonly query: Octets | null;
  readonly response: Octets | null;
}

/** Reads the payload of a frame (Dnstap of dnstap.proto). */
export function readFrame(payload: Octets): ReadFrame {
  const outer = readFields(payload);
  if (outer.get(15) !== 1) throw new Error("It is no message");
  const fields = readFields(outer.get(14) as Octets);
  const octets = (field: number) => (fields.get(field) as Octets | undefined) ?? null;
  const number = (field: number) => (fields.get(field) as number | undefined) ?? null;
  const text = (field: number) => outer.has(field) ? new TextDecoder().decode(outer.get(field) as Octets) : null;
  const moment = (field: number) => fields.has(field) ? [number(field)!, number(field + 1)!] as const : null;
  return {
    identity: text(1),
    version: text(2),
    type: number(1)!,
    family: number(2)!,
    protocol: number(3)!,
    queryAddress: octets(4),
    responseAddress: octets(5),
    queryPort: number(6),
    responsePort: number(7),
    queryAt: moment(8),
    responseAt: moment(12),
    query: octets(10),
    response: octets(14),
  };
}

/** Cuts a run of frames behind their lengths into their payloads; all must be whole. */
export function payloadsOf(octets: Octets): Octets[] {
  const payloads = [];
  const view = new DataView(octets.buffer, octets.byteOffset);
  let at = 0;
  while (at < octets.length) {
    const length = view.getUint32(at);
    payloads.push(octets.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (at !== octets.length) throw new Error("A frame is cut");
  return payloads;
}

/** A frame as a reader gets it: data, or the control frame of that kind. */
export type HeardFrame = { readonly payload: Octets } | { readonly control: number; readonly body: Octets };

/** Reads frames as a reader of streams does. */
export class StreamReader {
  readonly #stream: ByteStream;
  #octets = new Uint8Array(0);

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** The next frame; `null` at the end of the connection. */
  async next(): Promise<HeardFrame | null> {
    const length = await this.#uint32();
    if (length === null) return null;
    if (length > 0) return { payload: (await this.#take(length))! };
    const body = await this.#take((await this.#uint32())!);
    return { control: new DataView(body!.buffer).getUint32(0), body: body!.slice(4) };
  }

  /** Sends a control frame. */
  async say(control: number, contentType: string | null = null): Promise<void> {
    const type = new TextEncoder().encode(contentType ?? "");
    const body = contentType === null ? [] : [0, 0, 0, 1, 0, 0, 0, type.length, ...type];
    await this.#stream.write(Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 4 + body.length, 0, 0, 0, control, ...body]));
  }

  /** Begins a stream as a reader of dnstap does. */
  async accept(contentType = "protobuf:dnstap.Dnstap"): Promise<HeardFrame[]> {
    const ready = await this.next();
    await this.say(1, contentType);
    return [ready!, (await this.next())!];
  }

  async #uint32(): Promise<number | null> {
    const octets = await this.#take(4);
    return octets === null ? null : new DataView(octets.buffer).getUint32(0);
  }

  async #take(count: number): Promise<Octets | null> {
    const buffer = new Uint8Array(65_536);
    while (this.#octets.length < count) {
      const read = await this.#stream.read(buffer);
      if (read === null) return null;
      const all = new Uint8Array(this.#octets.length + read);
      all.set(this.#octets);
      all.set(buffer.subarray(0, read), this.#octets.length);
      this.#octets = all;
    }
    const taken = this.#octets.slice(0, count);
    this.#octets = this.#octets.slice(count);
    return taken;
  }
}
