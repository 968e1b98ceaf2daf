import { TYPE } from "../wire/iana.ts";
import type { Question, ResourceRecord } from "../wire/message.ts";
import { isWithin } from "../wire/name.ts";
import { rdataNames } from "../wire/rdata/rdata.ts";
import { type Chain, isAtOrAbove } from "./cname_chain.ts";
import { keyOf, suffixesOf } from "./name_keys.ts";
import { isProofType, isZoneType, typeOf } from "./roles.ts";

/**
 * The SOA and NS records of zones at or above a name of the chain. With DO, the proofs of such zones as well, wherever in
 * them they lie. A proof belongs to the zone that signed it: the one of a wildcard comes without any SOA (RFC 4035
 * §3.1.3.3, RFC 5155 §7.2.6), and so does the one that a delegation is insecure (RFC 5155 §7.2.7).
 */
export function keepAuthorities(
  records: readonly ResourceRecord[],
  { type: qtype }: Question,
  chain: Chain,
  wantsDnssec: boolean,
): ResourceRecord[] {
  const signatures = records.filter(({ type }) => type === TYPE.RRSIG);
  const signed = new Set(signatures.map(setKeyOf));
  const proven = new Set(signatures.filter((signature) => isOfChain(signature, chain)).map(setKeyOf));
  const zones = new Set(
    records.filter(({ type }) => isZoneType(type)).map(({ name }) => keyOf(name)).filter((key) =>
      isAtOrAbove(chain, key)
    ),
  );
  return records.filter((record) => {
    if (isZoneType(record.type)) return zones.has(keyOf(record.name));
    // RFC 4035 §3.2.1, see `keepAnswers`.
    if (!wantsDnssec && record.type !== qtype) return false;
    if (record.type === TYPE.RRSIG) return isOfChain(record, chain);
    if (!isProofType(record.type)) return false;
    const key = setKeyOf(record);
    // Without a signature it proves nothing, and harms nobody: it passes with its zone.
    return proven.has(key) || (!signed.has(key) && suffixesOf(keyOf(record.name)).some((suffix) => zones.has(suffix)));
  });
}

/** The zone that made a signature. */
export function signerOf({ type, rdata }: ResourceRecord): Uint8Array<ArrayBuffer> {
  return rdataNames(type, rdata)[0]!;
}

/** Whether a signature is one of a zone that holds a name of the chain. Nobody signs what is in another zone. */
function isOfChain(signature: ResourceRecord, chain: Chain): boolean {
  const type = typeOf(signature);
  const signer = signerOf(signature);
  return (isZoneType(type) || isProofType(type)) && isAtOrAbove(chain, keyOf(signer)) &&
    isWithin(signature.name, signer);
}

/** The same for the records of an RRset and its signatures. */
function setKeyOf(record: ResourceRecord): string {
  return `${typeOf(record)} ${keyOf(record.name)}`;
}
