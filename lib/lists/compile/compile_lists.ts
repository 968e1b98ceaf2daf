import type { RandomSource } from "../../base/runtime.ts";
import type { FileWriter, WritableFiles } from "../../base/writable_files.ts";
import { SetBuilder } from "../build/set_builder.ts";
import { ListParser } from "../formats/list_parser.ts";
import { SET_KEY_OCTETS } from "../set/set_file.ts";
import type { Slices } from "../slices.ts";
import { CountedSink } from "./counted_sink.ts";
import type {
  CompileOrder,
  CompileReport,
  CountOrder,
  CountReport,
  ListOrder,
  ListReport,
  TextOptions,
} from "./orders.ts";
import { setPath } from "./set_files.ts";

/** Octets of a set that are written at a time. */
const WRITTEN_OCTETS = 1_048_576;

/** What lists are compiled with. */
export interface CompileOptions {
  /** Where texts are read. */
  readonly texts: TextFiles;
  /** Where sets and copies are written. */
  readonly writableFiles: WritableFiles;
  /** Where the keys of sets come from. */
  readonly random: RandomSource;
  /** Makes a SHA-256. */
  readonly newDigest: () => Digest;
  /**
   * Lets others have their turn if it is time to; called between pieces of the work that take a millisecond, or nearly nothing.
   * `null` where there are no others.
   */
  readonly pause: (() => Promise<void> | null) | null;
}

/** Reads files in pieces. */
export interface TextFiles {
  /**
   * The octets of a file, each piece good until the next is asked for.
   *
   * @throws {FileError} when it cannot be read.
   */
  pieces(path: string): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** What tells octets by some of them. */
export interface Digest {
  /** Takes more of them. */
  update(octets: Uint8Array): void;
  /** In hexadecimal digits. */
  hex(): string;
}

/**
 * Does what an order says.
 *
 * @throws {FileError} when a text cannot be read, or what is to be written cannot be written.
 */
export function followOrder(order: ListOrder, options: CompileOptions): Promise<ListReport> {
  return order.kind === "count" ? countText(order, options) : compileLists(order, options);
}

async function countText({ file, copyTo, ...how }: CountOrder, options: CompileOptions): Promise<CountReport> {
  const sink = new CountedSink(null);
  const digest = options.newDigest();
  const copy = copyTo === null ? null : await options.writableFiles.create(copyTo);
  let sizeOctets = 0;
  try {
    await readText(file, how, sink, options, async (piece) => {
      digest.update(piece);
      sizeOctets += piece.length;
      await copy?.write(piece);
    });
    await copy?.finish();
  } finally {
    await copy?.discard();
  }
  return { kind: "count", ...sink.counts, sizeOctets, sha256: digest.hex() };
}

async function compileLists(order: CompileOrder, options: CompileOptions): Promise<CompileReport> {
  const { folder, generation } = order;
  const key = new Uint8Array(SET_KEY_OCTETS);
  options.random.fill(key);
  const builder = new SetBuilder(key, generation);
  const lists: CompileReport["lists"][number][] = [];
  for (const { name, digest, files, format, coversBelow } of order.lists) {
    const sink = new CountedSink(builder.addList({ name, digest }));
    for (const file of files) await readText(file, { format, coversBelow }, sink, options);
    lists.push({ name, digest, ...sink.counts });
  }
  const octets = new Uint8Array(await inTurns(builder.build(), options));
  const file = setPath(folder, generation);
  await options.writableFiles.makeFolder(folder);
  await writeSet(octets, await options.writableFiles.create(`${file}.new`), options);
  await options.writableFiles.replace(`${file}.new`, file);
  return { kind: "compile", generation, file, sizeOctets: octets.length, lists };
}

async function readText(
  path: string,
  { format, coversBelow }: TextOptions,
  sink: CountedSink,
  { texts, pause }: CompileOptions,
  also: (piece: Uint8Array<ArrayBuffer>) => Promise<void> = async () => {},
): Promise<void> {
  const parser = new ListParser(format, { coversBelow }, sink);
  for await (const piece of texts.pieces(path)) {
    parser.write(piece);
    await also(piece);
    await pause?.();
  }
  parser.end();
  sink.endText(parser.lines);
}

async function inTurns<T>(slices: Slices<T>, { pause }: CompileOptions): Promise<T> {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
    await pause?.();
  }
}

async function writeSet(octets: Uint8Array<ArrayBuffer>, to: FileWriter, { pause }: CompileOptions): Promise<void> {
  try {
    for (let at = 0; at < octets.length; at += WRITTEN_OCTETS) {
      await to.write(octets.subarray(at, at + WRITTEN_OCTETS));
      await pause?.();
    }
    await to.finish();
  } finally {
    await to.discard();
  }
}
