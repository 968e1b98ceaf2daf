import { assertEquals } from "@std/assert";
import { deriveKey, drawSecret } from "../../../lib/base/random/derive_key.ts";
import { scriptedSource } from "../../support/fake_random.ts";

Deno.test("deriveKey() gives 16 octets that are others for each secret, purpose and number, and the same for the same", () => {
  const source = scriptedSource();
  const [a, b] = [drawSecret(source), drawSecret(source)];
  const keys = [
    deriveKey(a, "cookies", 0),
    deriveKey(a, "cookies", 1),
    deriveKey(a, "cookies", 10),
    deriveKey(a, "loops", 0),
    deriveKey(b, "cookies", 0),
  ];
  assertEquals(keys.map(({ length }) => length), [16, 16, 16, 16, 16]);
  const halves = keys.flatMap((key) => [key.subarray(0, 8).toHex(), key.subarray(8).toHex()]);
  assertEquals(new Set(halves).size, halves.length);
  assertEquals(deriveKey(a, "cookies", 1), keys[1]);
});
