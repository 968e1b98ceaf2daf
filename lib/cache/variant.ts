import { FLAG } from "../wire/header.ts";
import type { MessageScan } from "../wire/scan.ts";

/** Bits of a variant, see `variantOf`. */
export const WANTS_DNSSEC = 1;
/** See `WANTS_DNSSEC`. */
export const CHECKING_DISABLED = 2;
/** Bits below the view. */
const VIEW_SHIFT = 2;

/**
 * The variant of the answer that a query asks for: security-aware or not, checked by the upstream or not (RFC 4035 §3.2),
 * and of which view.
 *
 * @param view See `Query.view`.
 */
export function variantOf(scan: MessageScan, view: number): number {
  // hot path
  return (scan.wantsDnssec ? WANTS_DNSSEC : 0) | ((scan.flags & FLAG.CD) === 0 ? 0 : CHECKING_DISABLED) |
    (view << VIEW_SHIFT);
}

/** The view that a variant is of. */
export function viewOf(variant: number): number {
  return variant >>> VIEW_SHIFT;
}
