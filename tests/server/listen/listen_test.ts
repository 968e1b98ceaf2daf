import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AddressFormatError } from "../../../lib/base/net/address.ts";
import {
  type Listen,
  LISTEN_PROTOCOLS,
  listenName,
  listenText,
  parseListen,
  plainListen,
} from "../../../lib/server/listen/listen.ts";
import { udp } from "../../support/fake_socket.ts";

const READ: readonly [string, Partial<Listen>, string][] = [
  ["192.0.2.1", { address: udp("192.0.2.1", 2053) }, "192.0.2.1:2053"],
  ["[2001:db8::1]:53", { address: udp("2001:db8::1", 53) }, "[2001:db8::1]:53"],
  ["tls://0.0.0.0", { protocol: "tls", address: udp("0.0.0.0", 853) }, "tls://0.0.0.0:853"],
  ["tls://[::]:8853", { protocol: "tls", address: udp("::", 8853) }, "tls://[::]:8853"],
  ["tls://::", { protocol: "tls", address: udp("::", 853) }, "tls://[::]:853"],
  ["quic://192.0.2.1", { protocol: "quic", address: udp("192.0.2.1", 853) }, "quic://192.0.2.1:853"],
  ["https://192.0.2.1", { protocol: "https", path: "/dns-query" }, "https://192.0.2.1:443"],
  ["https://192.0.2.1/", { protocol: "https", path: "/dns-query" }, "https://192.0.2.1:443"],
  ["https://192.0.2.1/q/a", { protocol: "https", path: "/q/a" }, "https://192.0.2.1:443/q/a"],
  ["http://127.0.0.1:8053", { protocol: "http", address: udp("127.0.0.1", 8053) }, "http://127.0.0.1:8053"],
  [
    "192.0.2.1?proxy-protocol=192.0.2.0/24&proxy-protocol=::1",
    { proxyNetworks: ["192.0.2.0/24", "::1/128"] },
    "192.0.2.1:2053?proxy-protocol=192.0.2.0/24&proxy-protocol=::1/128",
  ],
  [
    "tls://192.0.2.1?client-ca=/etc/our%2Cca.pem&allow=0.0.0.0/0",
    { clientCa: "/etc/our,ca.pem", allow: ["0.0.0.0/0"] },
    "tls://192.0.2.1:853?client-ca=/etc/our%2Cca.pem&allow=0.0.0.0/0",
  ],
];

Deno.test("parseListen() reads what listenText() writes, and listenName() names it", () => {
  for (const [text, expected, canonical] of READ) {
    const listen = parseListen(text, 2053);
    assertEquals(listen, { ...listen, ...expected }, text);
    assertEquals(listenText(listen), canonical);
    assertEquals(parseListen(canonical, 1), listen);
    assertEquals(listenName(listen), canonical.replace(/[?].*$/, "").replace("/q/a", ""));
  }
});

Deno.test("parseListen() says what is wrong with a text", () => {
  const wrong: readonly [string, string][] = [
    ["", "must be an IPv4 address or an IPv6 address in brackets"],
    ["dns.example", "an IP address is needed, not a name"],
    ["plain://192.0.2.1", "alone or behind tls://, https://, http:// or quic://"],
    ["udp://192.0.2.1", "alone or behind tls://, https://, http:// or quic://"],
    ["tls://192.0.2.1:x", "port must be 0–65535"],
    ["tls://192.0.2.1/dns-query", "must be an address alone, without /dns-query"],
    ["192.0.2.1/24", "must be an address alone, without /24"],
    ["https://192.0.2.1/a b", "the path must be one of a URL"],
    ["tls://192.0.2.1?pin=a", "there is no pin="],
    ["tls://192.0.2.1?client-ca", "client-ca= needs the path of one file"],
    ["tls://192.0.2.1?client-ca=a&client-ca=b", "client-ca= needs the path of one file"],
    ["tls://192.0.2.1?client-ca=%a", "has a % that stands for nothing"],
    ["http://192.0.2.1?client-ca=a", "client-ca= is for tls, https, not for http"],
    ["quic://192.0.2.1?proxy-protocol=::1", "proxy-protocol= is for plain, tls, https, http, not for quic"],
    ["tls://192.0.2.1?allow=everybody", '"everybody" is no network: '],
  ];
  for (const [text, why] of wrong) assertThrows(() => parseListen(text, 53), AddressFormatError, why);
});

Deno.test("parseListen() reads any path of a file that listenText() writes", () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), (path) => {
    const listen: Listen = { ...plainListen(udp("192.0.2.1", 853)), protocol: "tls", clientCa: path };
    assertEquals(parseListen(listenText(listen), 1), listen);
  }));
});

Deno.test("parseListen() reads or refuses any text behind any protocol", () => {
  fc.assert(fc.property(fc.constantFrom(...LISTEN_PROTOCOLS), fc.string(), (protocol, rest) => {
    try {
      const listen = parseListen(`${protocol}://${rest}`, 53);
      assertEquals(parseListen(listenText(listen), 1), listen);
    } catch (error) {
      if (!(error instanceof AddressFormatError)) throw error;
    }
  }));
});
