import { assertEquals } from "@std/assert";
import { CHECKING_DISABLED, variantOf, viewOf, WANTS_DNSSEC } from "../../lib/cache/variant.ts";
import { opt } from "../support/messages.ts";
import { clientQuery } from "../support/resolving.ts";

Deno.test("variantOf() and viewOf() tell every view from the others, whatever else is asked for", () => {
  const variants = new Set<number>();
  for (const wantsDnssec of [false, true]) {
    for (const checkingDisabled of [false, true]) {
      const { scan } = clientQuery({ checkingDisabled, additionals: [opt({ wantsDnssec })] });
      for (const view of [0, 1, 2, 255, 256, 32_767]) {
        const variant = variantOf(scan, view);
        assertEquals(viewOf(variant), view);
        const bits = [(variant & WANTS_DNSSEC) !== 0, (variant & CHECKING_DISABLED) !== 0];
        assertEquals(bits, [wantsDnssec, checkingDisabled]);
        variants.add(variant);
      }
    }
  }
  assertEquals(variants.size, 24);
  // The hash counts 24 bits of it.
  assertEquals(Math.max(...variants) < 1 << 24, true);
});
