import type { ResponseCache } from "../../cache/response_cache.ts";
import { Response } from "../../response/response.ts";
import { FINDINGS, type Inspector } from "../findings.ts";

/** What is looked through again, read anew for each. */
const again = new Response();

/**
 * What there is in an answer that is remembered: it is looked for when it is learned, and once more when other things are to be
 * looked for.
 *
 * @param octets The message as it was remembered.
 */
export function findingsOf(
  memory: ResponseCache,
  entry: number,
  octets: Uint8Array<ArrayBuffer>,
  inspector: Inspector,
): number {
  // hot path
  const { store } = memory;
  const { number, sinceMs } = inspector.inspection;
  const found = memory.findingsOf(entry);
  if (store.inspectedBy(entry) === number && store.storedAtMs(entry) > sinceMs) return found;
  again.read(octets);
  const foundAgain = inspector.inspect(again) & FINDINGS.any;
  // There is no room in an entry for more than it came with.
  if (foundAgain === found) store.setInspectedBy(entry, number);
  return foundAgain;
}
