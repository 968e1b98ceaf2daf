import type { HttpFields } from "../../base/http/http_exchange.ts";
import { hpackBlock } from "../hpack/hpack_encoder.ts";

/** Blocks that were made of fields, by status. Whoever answers with the same object again need not make another. */
const BLOCKS = new Map<number, WeakMap<HttpFields, Uint8Array>>();

/** The header block of an answer. */
export function blockOf(status: number, fields: HttpFields): Uint8Array {
  let byFields = BLOCKS.get(status);
  if (byFields === undefined) BLOCKS.set(status, byFields = new WeakMap());
  let block = byFields.get(fields);
  if (block === undefined) byFields.set(fields, block = hpackBlock([":status", String(status), ...fields]));
  return block;
}
