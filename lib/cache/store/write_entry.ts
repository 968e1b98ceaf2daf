import { assert } from "../../base/assert.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import type { CacheEntry } from "./cache_entry.ts";
import { DOUBLE, HALF, INSPECTED_SHIFT, messageStart, OCTET, STATE, UNIT_OCTETS, WORD } from "./entry_layout.ts";
import type { EntrySlab } from "./entry_slab.ts";
import { typesWord } from "../../names/question_hash.ts";
import { isSameRun } from "../../wire/name.ts";

/** An entry has room for counts and lengths of 16 bits. */
export function assertStorable({ message, options, ttlOffsets, ttlCount }: CacheEntry): void {
  assert(message.length <= 0xffff && options.length <= 0xffff, "a message and its options have at most 65535 octets");
  assert(ttlCount <= 0xffff, "a message has at most 65535 TTLs");
  for (let i = 0; i < ttlCount; i++) assert(ttlOffsets[i]! + 4 <= message.length, "a TTL stands within its message");
}

/** How many units an entry takes. */
export function unitsFor(entry: CacheEntry): number {
  const name = hasNameInMessage(entry) ? 0 : entry.nameEnd - HEADER_OCTETS;
  const octets = messageStart(0, entry.ttlCount) + entry.message.length + entry.options.length + name;
  return Math.ceil(octets / UNIT_OCTETS);
}

/** Writes an entry to `ref`, where it has `units` of room: what `unitsFor` says. */
export function writeEntry(
  slab: EntrySlab,
  ref: number,
  units: number,
  entry: CacheEntry,
  nameHash: number,
  hash: number,
): void {
  const { octets, halves, words, doubles } = slab;
  const isNameInMessage = hasNameInMessage(entry);
  const inspectedBy = (entry.inspectedBy ?? 0) << INSPECTED_SHIFT;
  words[ref * 2 + WORD.state] = units | STATE.live | (isNameInMessage ? 0 : STATE.ownName) | inspectedBy;
  words[ref * 2 + WORD.nameHash] = nameHash;
  words[ref * 2 + WORD.hash] = hash;
  words[ref * 2 + WORD.types] = typesWord(entry.qtype, entry.qclass);
  words[ref * 2 + WORD.variant] = entry.variant;
  octets[ref * 8 + OCTET.nameOctets] = entry.nameEnd - HEADER_OCTETS;
  octets[ref * 8 + OCTET.kind] = entry.kind;
  octets[ref * 8 + OCTET.streak] = entry.streak;
  octets[ref * 8 + OCTET.hits] = 0;
  halves[ref * 4 + HALF.messageOctets] = entry.message.length;
  halves[ref * 4 + HALF.optionOctets] = entry.options.length;
  halves[ref * 4 + HALF.ttlCount] = entry.ttlCount;
  const { addresses = null } = entry;
  halves[ref * 4 + HALF.addresses] = addresses === null ? 0 : (addresses.start << 8) | addresses.count;
  doubles[ref + DOUBLE.storedAtMs] = entry.storedAtMs;
  doubles[ref + DOUBLE.expiresAtMs] = entry.expiresAtMs;
  doubles[ref + DOUBLE.recheckAtMs] = entry.storedAtMs;
  doubles[ref + DOUBLE.keepUntilMs] = entry.keepUntilMs;
  for (let i = 0; i < entry.ttlCount; i++) halves[ref * 4 + HALF.ttlOffsets + i] = entry.ttlOffsets[i]!;
  const message = slab.messageStart(ref);
  octets.set(entry.message, message);
  const options = message + entry.message.length;
  octets.set(entry.options, options);
  if (isNameInMessage) return;
  octets.set(entry.wire.subarray(HEADER_OCTETS, entry.nameEnd), options + entry.options.length);
}

/** Whether the message's question section has the name that it is stored under, in whatever case: it nearly always has. */
function hasNameInMessage({ wire, nameEnd, message }: CacheEntry): boolean {
  return message.length >= nameEnd && isSameRun(wire, HEADER_OCTETS, message, HEADER_OCTETS, nameEnd - HEADER_OCTETS);
}
