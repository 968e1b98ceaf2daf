import { assertEquals, assertThrows } from "@std/assert";
import { AddressFormatError } from "../../lib/base/net/address.ts";
import {
  type Endpoint,
  endpointAt,
  endpointText,
  parseEndpoint,
  socketAddressOf,
} from "../../lib/upstream/endpoint.ts";
import { tcp, udp } from "../support/fake_socket.ts";

const PLAIN = { tlsName: null, path: null } as const;

for (
  const [text, endpoint] of [
    ["192.0.2.1:53", { ...PLAIN, protocol: "udp", address: "192.0.2.1", port: 53, zone: null }],
    ["[2001:db8::1]:5353", { ...PLAIN, protocol: "udp", address: "2001:db8::1", port: 5353, zone: null }],
    ["[fe80::1%eth0]:53", { ...PLAIN, protocol: "udp", address: "fe80::1", port: 53, zone: "eth0" }],
    ["tcp://192.0.2.1:53", { ...PLAIN, protocol: "tcp", address: "192.0.2.1", port: 53, zone: null }],
    ["tcp://[fe80::1%eth0]:53", { ...PLAIN, protocol: "tcp", address: "fe80::1", port: 53, zone: "eth0" }],
  ] satisfies [string, Endpoint][]
) {
  Deno.test(`parseEndpoint() reads what endpointText() writes: ${text}`, () => {
    assertEquals(parseEndpoint(text, 1), endpoint);
    assertEquals(endpointText(endpoint), text);
    assertEquals(endpointAt(socketAddressOf(endpoint)), endpoint);
    assertEquals(JSON.parse(JSON.stringify(endpoint)), endpoint);
  });
}

Deno.test("parseEndpoint() takes the port that is not given, and makes the address canonical", () => {
  assertEquals(parseEndpoint("2001:DB8:0::1", 53), endpointAt(udp("2001:db8::1", 53)));
  assertEquals(parseEndpoint("tcp://192.0.2.1", 53), endpointAt(tcp("192.0.2.1", 53)));
});

for (const text of ["", "tcp://", "example.org", "tls://192.0.2.1", "tcp://tcp://192.0.2.1", "192.0.2.1:0"]) {
  Deno.test(`parseEndpoint() refuses "${text}"`, () => {
    assertThrows(() => parseEndpoint(text, 53), AddressFormatError);
  });
}

for (
  const [text, fields] of [
    ["tls://192.0.2.1:853", { protocol: "tls", port: 853 }],
    ["tls://dns.example:853?ip=192.0.2.1", { protocol: "tls", port: 853, tlsName: "dns.example" }],
    ["https://192.0.2.1:443/dns-query", { protocol: "https", port: 443, path: "/dns-query" }],
    ["https://dns.example:443/dns-query?ip=192.0.2.1", {
      protocol: "https",
      port: 443,
      tlsName: "dns.example",
      path: "/dns-query",
    }],
    ["quic://192.0.2.1:853", { protocol: "quic", port: 853 }],
  ] satisfies [string, Partial<Endpoint>][]
) {
  Deno.test(`endpointText() names what is asked over an encrypted transport: ${text}`, () => {
    assertEquals(endpointText({ ...endpointAt(udp("192.0.2.1", 53)), ...fields }), text);
  });
}

Deno.test("socketAddressOf() sends QUIC over UDP, and TLS and HTTPS over TCP", () => {
  const transports = (["udp", "quic", "tcp", "tls", "https"] as const).map((protocol) => {
    return socketAddressOf({ ...endpointAt(udp("192.0.2.1", 53)), protocol }).transport;
  });
  assertEquals(transports, ["udp", "udp", "tcp", "tcp", "tcp"]);
});
