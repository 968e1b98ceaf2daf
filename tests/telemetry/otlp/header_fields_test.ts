import { assertEquals, assertThrows } from "@std/assert";
import { readFields } from "../../../lib/telemetry/otlp/header_fields.ts";

Deno.test("readFields() reads a field from each line, and says which line is none without showing it", () => {
  assertEquals(readFields("# for the collector\nAuthorization: Bearer a b\r\n\nX-Scope-OrgID:7 \n"), {
    "authorization": "Bearer a b",
    "x-scope-orgid": "7",
  });
  for (const wrong of ["secret", "a b: c", "a:", "a: \x01"]) {
    const error = assertThrows(() => readFields(`a: b\n${wrong}`), Error, "line 2 of the file");
    assertEquals(error.message.includes(wrong), false);
  }
});
