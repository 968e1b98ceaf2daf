import { assertEquals } from "@std/assert";
import { parseIp } from "../../../lib/base/net/ip.ts";
import { addressAsName, isForAddresses } from "../../../lib/lists/patterns/address_text.ts";
import { PatternSet } from "../../../lib/lists/patterns/pattern_set.ts";

/** An expression for addresses, one that it matches and one that it does not. */
const EXPRESSIONS = [
  ["^203\\.0\\.113\\.(2[0-9]|3[0-2])$", "203.0.113.29", "203.0.113.33"],
  ["^198\\.51\\.100\\.[0-9]+$", "198.51.100.7", "198.51.101.7"],
  ["^172\\.(?:1[6-9]|2\\d|3[0-1])\\.(?:\\d{1,3})\\.(?:\\d{1,3})$", "172.31.0.1", "172.32.0.1"],
  ["^f[cd][0-9a-f]{2}:", "fd00::1", "fe80::1"],
  ["^fe80:", "fe80::1", "2001:db8::fe80"],
  ["^::1$", "::1", "::11"],
] as const;

Deno.test("an expression for addresses matches the texts of addresses", () => {
  for (const [source, good, other] of EXPRESSIONS) {
    assertEquals(isForAddresses(source), true, source);
    const set = new PatternSet([{ source }]);
    const found = [good, other].map((text) => {
      const name = addressAsName(parseIp(text)!);
      return set.find(name, 0, name.length);
    });
    assertEquals(found, [[0], []], source);
  }
});

Deno.test("isForAddresses() knows expressions that are for names", () => {
  for (
    const source of ["[0-9]{3}", "^ads\\.", "^[0-9]+$", "(?:^|\\.)ads", "^[0-9a-f]{10,64}-", "example\\.org$", "1\\.2"]
  ) {
    assertEquals(isForAddresses(source), false, source);
  }
});
