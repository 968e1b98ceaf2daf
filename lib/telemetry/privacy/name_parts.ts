import { isSameRun } from "../../wire/name.ts";

/**
 * Where the last `count` labels of a name in wire format begin; at its beginning if it has no more.
 *
 * @param length Octets of the name, the root's included.
 */
export function lastLabelsAt(name: Uint8Array, length: number, count: number): number {
  // hot path
  let labels = 0;
  for (let at = 0; at < length && name[at] !== 0; at += name[at]! + 1) labels++;
  let at = 0;
  for (; labels > count; labels--) at += name[at]! + 1;
  return at;
}

/** Whether a name in wire format, in lower case, is one of the zones or lies below one. */
export function isBelowAny(
  name: Uint8Array<ArrayBuffer>,
  length: number,
  zones: readonly Uint8Array<ArrayBuffer>[],
): boolean {
  // hot path
  for (let i = 0; i < zones.length; i++) {
    const zone = zones[i]!;
    let at = 0;
    while (length - at > zone.length) at += name[at]! + 1;
    if (length - at === zone.length && isSameRun(name, at, zone, 0, zone.length)) return true;
  }
  return false;
}
