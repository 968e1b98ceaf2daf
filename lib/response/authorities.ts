import { TYPE } from "../wire/iana.ts";
import { type NameNumbers, ROOT_NUMBER } from "./records/name_numbers.ts";
import { type Chain, isAtOrAbove, type NumberedQuestion } from "./cname_chain.ts";
import { isProofType, isZoneType } from "./records/roles.ts";
import type { SentRecord } from "./records/sent_record.ts";

/** From the RDATA of a signature to its signer's name (RFC 4034 §3.1). */
const SIGNER_OFFSET = 18;

/**
 * The SOA and NS records of zones at or above a name of the chain. With DO, the proofs of such zones as well, wherever in
 * them they lie. A proof belongs to the zone that signed it: the one of a wildcard comes without any SOA (RFC 4035
 * §3.1.3.3, RFC 5155 §7.2.6), and so does the one that a delegation is insecure (RFC 5155 §7.2.7).
 */
export function keepAuthorities(
  records: readonly SentRecord[],
  { type: qtype }: NumberedQuestion,
  chain: Chain,
  names: NameNumbers,
  wantsDnssec: boolean,
): SentRecord[] {
  const signatures = records.filter(({ type }) => type === TYPE.RRSIG);
  const signed = new Set(signatures.map(setKeyOf));
  const proven = new Set(signatures.filter((signature) => isOfChain(signature, chain, names)).map(setKeyOf));
  const zones = new Set(
    records.filter(({ type }) => isZoneType(type)).map(({ owner }) => owner).filter((owner) => {
      return isAtOrAbove(chain, owner);
    }),
  );
  return records.filter((record) => {
    if (isZoneType(record.type)) return zones.has(record.owner);
    // RFC 4035 §3.2.1, see `keepAnswers`.
    if (!wantsDnssec && record.type !== qtype) return false;
    if (record.type === TYPE.RRSIG) return isOfChain(record, chain, names);
    if (!isProofType(record.type)) return false;
    const key = setKeyOf(record);
    // Without a signature it proves nothing, and harms nobody: it passes with its zone.
    return proven.has(key) || (!signed.has(key) && isInAny(zones, record.owner, names));
  });
}

/** Whether a signature is one of a zone that holds a name of the chain. Nobody signs what is in another zone. */
function isOfChain({ owner, role, rdata }: SentRecord, chain: Chain, names: NameNumbers): boolean {
  const signer = names.numberAt(rdata + SIGNER_OFFSET);
  return (isZoneType(role) || isProofType(role)) && isAtOrAbove(chain, signer) && names.isWithin(owner, signer);
}

/** Whether one of `zones` is the name or lies above it. */
function isInAny(zones: ReadonlySet<number>, name: number, names: NameNumbers): boolean {
  while (!zones.has(name) && name !== ROOT_NUMBER) name = names.parentOf(name);
  return zones.has(name);
}

/** The same for the records of an RRset and its signatures. */
function setKeyOf({ owner, role }: SentRecord): string {
  return String.fromCharCode(owner, role);
}
