import { assertEquals } from "@std/assert";
import { inAscii } from "../../scripts/build/ascii.ts";

Deno.test("inAscii() changes nothing of what a program says, and leaves no other character in it", () => {
  const texts = ["20–30 µs …", "a → b", "😀", "ü"];
  const source = `const ü = ${JSON.stringify(texts)}; // “so” it is
    export default [...ü, \`\${ü.length} × “\`, /[’‘]/u.test("‘"), /^😀$/u.test("😀")].join("|");`;
  const ascii = inAscii(source);
  // deno-lint-ignore no-control-regex
  assertEquals(/^[\x00-\x7f]*$/.test(ascii), true);
  const run = (text: string) => new Function(text.replace("export default", "return"))();
  assertEquals(run(ascii), run(source));
});
