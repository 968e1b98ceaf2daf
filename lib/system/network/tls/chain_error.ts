import type { Certificate } from "../../../base/certificates/certificate.ts";

/** What of a certificate tells why it is not believed. */
export type Dated = Pick<
  Certificate,
  "subject" | "issuer" | "isSelfIssued" | "isForServers" | "validFromS" | "validToS"
>;

/**
 * Says why certificates lead to no authority that is believed. What checks them (rustls) looks at the dates first, and says of
 * those that are out of date as little as of an authority that it does not know.
 *
 * @param code What was said, such as `SELF_SIGNED_CERT_IN_CHAIN`.
 */
export function chainErrorText(code: string, chain: readonly Dated[], epochSeconds: number): string {
  const [first] = chain;
  for (const { subject, validFromS, validToS } of chain) {
    if (validToS < epochSeconds) return `the certificate of ${subject} has expired on ${dayOf(validToS)}`;
    if (validFromS > epochSeconds) return `the certificate of ${subject} is not valid before ${dayOf(validFromS)}`;
  }
  if (first === undefined) return "there is no certificate";
  if (chain.length === 1 && first.isSelfIssued) return "it is signed by itself";
  // Deno 2.9.5 says UNABLE_TO_VERIFY_LEAF_SIGNATURE of it, as of names and depths that an authority may not sign.
  if (code === "INVALID_PURPOSE" || !first.isForServers) return "the certificate is not for servers";
  if (code === "CERT_REVOKED") return "the certificate is revoked";
  const last = chain.at(-1)!;
  return `it is signed by an authority that is not known here, ${last.issuer}, or that may not sign it`;
}

function dayOf(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(/T.*/, "");
}
