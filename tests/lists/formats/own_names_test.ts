import { assertEquals, assertThrows } from "@std/assert";
import { OwnNameFormatError, readOwnName } from "../../../lib/lists/formats/own_names.ts";
import { COVERS } from "../../../lib/lists/list_rule.ts";
import { nameFromText } from "../../../lib/wire/name.ts";

Deno.test("readOwnName() reads names, names alone, and expressions", () => {
  const name = nameFromText("video.example");
  assertEquals(readOwnName("Video.Example."), { name, covers: COVERS.both });
  assertEquals(readOwnName("video.example", false), { name, covers: COVERS.self });
  assertEquals(readOwnName("*.video.example", false), { name, covers: COVERS.both });
  assertEquals(readOwnName("=video.example"), { name, covers: COVERS.self });
  assertEquals(readOwnName("/^stream[0-9]+\\./"), { pattern: { source: "^stream[0-9]+\\." } });
  assertEquals(readOwnName("zip"), { name: nameFromText("zip"), covers: COVERS.both });
  assertEquals(readOwnName("bücher.example"), { name: nameFromText("xn--bcher-kva.example"), covers: COVERS.both });
});

Deno.test("readOwnName() says what is wrong with a word", () => {
  for (
    const [text, why] of [
      ["", "must be one name"],
      ["# comment", "must be one name"],
      [".", "no domain name"],
      ["a.example\nb.example", "must be one name"],
      ["a.example b.example", "more than one name"],
      ["bad..example", "no domain name"],
      ["||a.example^", "no domain name"],
      ["/(a+/", "the expression has a ( without its )"],
      ["/(?=a)b/", "the expression has a group of a kind that is not supported, such as look-around"],
      ["/.*/", "the expression would match every name"],
      ["*", "would match nearly every name"],
    ] as const
  ) assertThrows(() => readOwnName(text), OwnNameFormatError, why);
});
