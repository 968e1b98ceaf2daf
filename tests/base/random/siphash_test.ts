import { assertEquals } from "@std/assert";
import { sipHash24 } from "../../../lib/base/random/siphash.ts";

/** From the reference implementation (vectors_sip64): key 00 01 … 0f, message 00 01 02 … of this many octets. */
const VECTORS: readonly [number, string][] = [
  [0, "310e0edd47db6f72"],
  [1, "fd67dc93c539f874"],
  [2, "5a4fa9d909806c0d"],
  [3, "2d7efbd796666785"],
  [4, "b7877127e09427cf"],
  [5, "8da699cd64557618"],
  [6, "cee3fe586e46c9cb"],
  [7, "37d1018bf50002ab"],
  [8, "6224939a79f5f593"],
  [9, "b0e4a90bdf82009e"],
  [15, "e545be4961ca29a1"],
  [16, "db9bc2577fcc2a3f"],
  [63, "724506eb4c328a95"],
];

for (const [length, expected] of VECTORS) {
  Deno.test(`sipHash24() of ${length} octets is what the reference implementation says`, () => {
    const key = Uint8Array.from({ length: 16 }, (_, i) => i);
    const message = Uint8Array.from({ length }, (_, i) => i);
    assertEquals(sipHash24(key, message).toHex(), expected);
  });
}
