import { assertEquals, assertThrows } from "@std/assert";
import { parseHandshakes, parseHttpSummary, parseRequestLog } from "./secure_drivers.ts";

Deno.test("parseHttpSummary() reads what h2load prints: who got an answer, and how long all took", () => {
  const text = `
finished in 1.02s, 12345.67 req/s, 1.20MB/s
requests: 12593 total, 12603 started, 12593 done, 12590 succeeded, 3 failed, 3 errored, 0 timeout
status codes: 12590 2xx, 0 3xx, 0 4xx, 0 5xx
`;
  assertEquals(parseHttpSummary(text), { sent: 12_593, answered: 12_590, refused: 0, lost: 3, seconds: 1.02 });
  assertEquals(parseHttpSummary(text.replace("1.02s", "500.00ms")).seconds, 0.5);
  assertThrows(() => parseHttpSummary("Could not resolve"), Error, "h2load");
});

Deno.test("parseRequestLog() sorts how long those took that were answered", () => {
  assertEquals([...parseRequestLog("1700000000000000\t200\t300\n1700000000000001\t200\t20\n17\t503\t1\n")], [20, 300]);
  assertEquals([...parseRequestLog("")], []);
});

Deno.test("parseHandshakes() takes the count in real time, not that in the client's own", () => {
  const text = "\n\n1234 connections in 0.98s; 1259.18 connections/user sec, bytes read 0\n" +
    "1234 connections in 3 real seconds, 0 bytes read per connection\n";
  assertEquals(parseHandshakes(text), { sent: 1234, answered: 1234, refused: 0, lost: 0, seconds: 3 });
  assertThrows(() => parseHandshakes("connect:errno=111"), Error, "s_time");
});
