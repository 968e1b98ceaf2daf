import { assertEquals } from "@std/assert";
import { classToText, rcodeToText, TYPE, typeFromText, typeToText } from "../../lib/wire/iana.ts";

Deno.test("typeFromText() reads what typeToText() writes, for every type (RFC 3597 §5)", () => {
  for (let type = 0; type < 65536; type++) assertEquals(typeFromText(typeToText(type)), type);
});

for (
  const [text, type] of [
    ["a", TYPE.A],
    ["Https", TYPE.HTTPS],
    ["TYPE1", TYPE.A],
    ["type65535", 65535],
    ["TYPE65536", null],
    ["TYPE", null],
    ["TYPE-1", null],
    ["TYPE1x", null],
    ["1", null],
    ["", null],
    ["constructor", null],
  ] as const
) {
  Deno.test(`typeFromText("${text}") is ${type}`, () => assertEquals(typeFromText(text), type));
}

Deno.test("typeToText(), classToText() and rcodeToText() write numbers without a mnemonic", () => {
  assertEquals([typeToText(1), typeToText(65280)], ["A", "TYPE65280"]);
  assertEquals([classToText(1), classToText(32)], ["IN", "CLASS32"]);
  assertEquals([rcodeToText(3), rcodeToText(24)], ["NXDOMAIN", "RCODE24"]);
});
