import type { Certificate } from "../../base/certificates/certificate.ts";

/** Before the end of a certificate it is said that it ends: renewals come 30 days before, as a rule. */
const SOON_DAYS = 14;
/** From then on it is said each day. */
const VERY_SOON_DAYS = 3;
const DAY_S = 86_400;

/** When a certificate holds. */
export type Validity = Pick<Certificate, "validFromS" | "validToS">;

/** Whether it holds. */
export function isValid({ validFromS, validToS }: Validity, nowS: number): boolean {
  return validFromS <= nowS && nowS <= validToS;
}

/** What is wrong with it now, or soon; `null` for nothing. Another text is another state, which is worth a line. */
export function validityTrouble({ validFromS, validToS }: Validity, nowS: number): string | null {
  if (nowS > validToS) return `has expired on ${dateText(validToS)}`;
  if (nowS < validFromS) {
    return `holds from ${dateText(validFromS)} on, and this machine's clock says ${dateText(nowS)}`;
  }
  const days = Math.floor((validToS - nowS) / DAY_S);
  if (days >= SOON_DAYS) return null;
  if (days >= VERY_SOON_DAYS) return `ends in less than ${SOON_DAYS} days, on ${dateText(validToS)}`;
  return `ends in ${days === 0 ? "less than a day" : days === 1 ? "a day" : `${days} days`}, on ${dateText(validToS)}`;
}

/** A moment for the operator, such as `2026-12-01 21:00 UTC`. */
export function dateText(epochS: number): string {
  // Certificates end in 9999 at the latest.
  const date = new Date(Math.min(epochS, 253_402_300_799) * 1000);
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
