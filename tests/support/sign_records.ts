import { concat } from "@std/bytes/concat";
import { TYPE } from "../../lib/wire/iana.ts";
import type { ResourceRecord } from "../../lib/wire/message.ts";
import { foldCase } from "../../lib/wire/name.ts";
import { Writer } from "../../lib/wire/writer.ts";
import { hashText } from "./seeded_random.ts";

/** The records of a section with an RRSIG record for each RRset behind them (RFC 4035 §3.1.1). No signature is a real one. */
export function signRecords(section: readonly ResourceRecord[]): ResourceRecord[] {
  const rrsets = Map.groupBy(
    section,
    ({ name, type, class: rrclass }) => `${foldCase(name).toHex()} ${type} ${rrclass}`,
  );
  const signatures = [...rrsets].filter(([, [first]]) => first!.type !== TYPE.RRSIG)
    .map(([key, [first]]) => ({ ...first!, type: TYPE.RRSIG, rdata: signatureOf(first!, key) }));
  return [...section, ...signatures];
}

/** RFC 4034 §3.1: type covered, algorithm, labels, original TTL, expiration, inception, key tag, signer, signature. */
function signatureOf({ type, ttl }: ResourceRecord, key: string): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.uint16(type);
  writer.octets(Uint8Array.of(13, 2));
  for (const time of [ttl, 2_000_000_000, 1_700_000_000]) {
    for (const half of [time >>> 16, time & 0xffff]) writer.uint16(half);
  }
  writer.uint16(hashText(key) & 0xffff);
  const signature = new Uint8Array(32).map((_, i) => hashText(`${key} ${i}`));
  return concat([writer.finish(), Uint8Array.of(0), signature]);
}
