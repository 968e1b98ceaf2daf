import { assertEquals } from "@std/assert";
import { jsonLine } from "../../lib/observe/json_line.ts";

const SECONDS = Date.UTC(2026, 10, 30, 10, 0, 7) / 1000;

for (
  const [line, expected] of [
    ["dns-forwarder: stopped", { level: "info", message: "stopped" }],
    ["dns-forwarder: warn: too: much", { level: "warn", message: "too: much" }],
    ["dns-forwarder: worker 12: error: no", { level: "error", worker: 12, message: "no" }],
    ['something "else"', { level: "info", message: 'something "else"' }],
  ] as const
) {
  Deno.test(`jsonLine() has the parts of "${line}"`, () => {
    assertEquals(JSON.parse(jsonLine(line, SECONDS)), { time: "2026-11-30T10:00:07.000Z", ...expected });
  });
}
