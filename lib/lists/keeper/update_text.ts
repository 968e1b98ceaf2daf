import { FileError } from "../../base/files.ts";
import type { WallClock } from "../../base/runtime.ts";
import { FetchError } from "../fetch/fetch_error.ts";
import type { FetchedText, WantedSource } from "../fetch/fetch_source.ts";
import type { KeptText } from "../store/kept_text.ts";
import type { SourceRecord } from "../store/source_record.ts";
import { complaintOf } from "./judge.ts";
import type { KeptList, KeptListSource } from "./kept_list.ts";
import type { CountedText, CountOrder, ListWork } from "./list_work.ts";

/** What texts are got with. */
export interface TextTools {
  /** Fetches a text to a file at a path; see `ListFetcher`. */
  readonly fetchText: (wanted: WantedSource, path: string) => Promise<FetchedText>;
  /** Who reads them. */
  readonly work: Pick<ListWork, "count">;
  /** When that was. */
  readonly wallClock: WallClock;
  /** Does something while nobody reads the texts that are kept. */
  readonly whileUnread: (change: () => Promise<void>) => Promise<void>;
}

/** A text that was had, and is not believed. */
export class RefusedError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "RefusedError";
}

/**
 * Gets the text of a source as it is now, and puts it in the place of the one that is kept if it is good. Returns whether it is
 * another one.
 *
 * @throws {FetchError | FileError | RefusedError} when there is none, or it is not believed: the former one is as it was.
 */
export async function updateText(
  source: KeptListSource,
  list: KeptList,
  text: KeptText,
  tools: TextTools,
): Promise<boolean> {
  try {
    return "url" in source
      ? await updateFetched(source.url, list, text, tools)
      : await updateCopied(source.file, list, text, tools);
  } finally {
    await text.discard();
  }
}

async function updateFetched(url: string, list: KeptList, text: KeptText, tools: TextTools): Promise<boolean> {
  const { via, token, maxSizeOctets } = list;
  const { record } = text;
  await text.makeFolder();
  const known = text.isLost ? null : record;
  const fetched = await tools.fetchText({ url, via, token, maxSizeOctets, known }, text.newPath);
  const checkedSeconds = tools.wallClock.epochSeconds();
  if (fetched === null) {
    const { etag, lastModified } = record!;
    await text.confirm({ etag, lastModified, checkedSeconds });
    return false;
  }
  const { etag, lastModified, sha256 } = fetched;
  if (sha256 === known?.sha256) {
    await text.confirm({ etag, lastModified, checkedSeconds });
    return false;
  }
  const { format, coversBelow } = list;
  const order = { file: text.newPath, format, coversBelow, maxSizeOctets, copyTo: null };
  const counted = await count(order, tools, { isFinal: false });
  await replace(text, { source: url, etag, lastModified, checkedSeconds, ...counted }, list, tools);
  return true;
}

async function updateCopied(file: string, list: KeptList, text: KeptText, tools: TextTools): Promise<boolean> {
  const { format, coversBelow, maxSizeOctets } = list;
  await text.makeFolder();
  // A file is watched: it is read again when it is another one.
  const order = { file, format, coversBelow, maxSizeOctets, copyTo: text.newPath };
  const counted = await count(order, tools, { isFinal: true });
  const checkedSeconds = tools.wallClock.epochSeconds();
  const known = { etag: null, lastModified: null, checkedSeconds };
  if (counted.sha256 === text.record?.sha256 && !text.isLost) {
    await text.confirm(known);
    return false;
  }
  await replace(text, { source: file, ...known, ...counted }, list, tools);
  return true;
}

async function count(
  order: CountOrder,
  { work }: TextTools,
  { isFinal }: { isFinal: boolean },
): Promise<CountedText> {
  try {
    return await work.count(order);
  } catch (error) {
    if (error instanceof Error) throw new FetchError(error.message, { isFinal, cause: error });
    throw error;
  }
}

async function replace(text: KeptText, record: SourceRecord, list: KeptList, tools: TextTools): Promise<void> {
  const complaint = complaintOf(record, text.record?.names ?? null, list);
  if (complaint !== null) throw new RefusedError(complaint);
  await tools.whileUnread(() => text.replace(record));
}

/** What a failure means for the next try. */
export function howOf(error: unknown): { isFinal: boolean; retryAfterMs: number | null } {
  if (error instanceof FetchError) return error;
  // A disk that is full may have room again soon; what is refused, and a fault of our own, would come again.
  return { isFinal: !(error instanceof FileError), retryAfterMs: null };
}
