import { assertEquals, assertThrows } from "@std/assert";
import {
  proxiedClient,
  PROXY_START_OCTETS,
  ProxyHeaderError,
  proxyHeaderRest,
} from "../../../lib/base/net/proxy_header.ts";
import { proxyHeader } from "../../support/proxy_headers.ts";

function read(octets: Uint8Array): { hostname: string; port: number } | null {
  const start = octets.subarray(0, PROXY_START_OCTETS);
  const length = proxyHeaderRest(start);
  return proxiedClient(start, octets.subarray(PROXY_START_OCTETS, PROXY_START_OCTETS + length));
}

Deno.test("proxiedClient() tells for whom a connection is, over IPv4 and IPv6, whatever else the proxy tells", () => {
  assertEquals(read(proxyHeader("198.51.100.7", 40_000)), { hostname: "198.51.100.7", port: 40_000 });
  assertEquals(read(proxyHeader("2001:db8::7", 53)), { hostname: "2001:db8::7", port: 53 });
  assertEquals(read(proxyHeader("198.51.100.7", 40_000, { more: 200 })), { hostname: "198.51.100.7", port: 40_000 });
});

Deno.test("proxiedClient() tells nobody where the proxy speaks for itself, or knows no address", () => {
  assertEquals(read(proxyHeader("198.51.100.7", 40_000, { command: 0x20 })), null);
  assertEquals(read(proxyHeader(null, 0, { command: 0x20 })), null);
  assertEquals(read(proxyHeader(null, 0)), null);
});

Deno.test("proxyHeaderRest() refuses what is no header of version 2 for TCP", () => {
  const good = proxyHeader("198.51.100.7", 40_000);
  const changed = (at: number, octet: number) => good.with(at, octet);
  for (
    const [what, octets] of [
      ["version 1", new TextEncoder().encode("PROXY TCP4 198.51.100.7 192.0.2.1 1 2\r\n")],
      ["TLS", Uint8Array.of(0x16, 3, 1, 2, 0, ...new Array<number>(20).fill(1))],
      ["nothing", new Uint8Array(0)],
      ["another version", changed(12, 0x11)],
      ["another command", changed(12, 0x22)],
      ["UDP", changed(13, 0x12)],
      ["a path", changed(13, 0x31)],
      ["too little", changed(15, 11)],
      ["too much", changed(14, 0x20)],
    ] as const
  ) assertThrows(() => proxyHeaderRest(octets.subarray(0, PROXY_START_OCTETS)), ProxyHeaderError, "", what);
});
