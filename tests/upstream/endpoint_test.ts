import { assertEquals, assertThrows } from "@std/assert";
import { AddressFormatError } from "../../lib/base/net/address.ts";
import {
  type Endpoint,
  endpointAt,
  endpointText,
  type SecureEndpoint,
  socketAddressesOf,
  socketAddressOf,
} from "../../lib/upstream/endpoint.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import { tcp, udp } from "../support/fake_socket.ts";

const PIN = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER_PIN = "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

for (
  const [text, endpoint] of [
    ["192.0.2.1:53", { protocol: "udp", address: "192.0.2.1", port: 53, zone: null }],
    ["[2001:db8::1]:5353", { protocol: "udp", address: "2001:db8::1", port: 5353, zone: null }],
    ["[fe80::1%eth0]:53", { protocol: "udp", address: "fe80::1", port: 53, zone: "eth0" }],
    ["tcp://192.0.2.1:53", { protocol: "tcp", address: "192.0.2.1", port: 53, zone: null }],
    ["tcp://[fe80::1%eth0]:53", { protocol: "tcp", address: "fe80::1", port: 53, zone: "eth0" }],
    ["192.0.2.1:53?ddr", { protocol: "udp", address: "192.0.2.1", port: 53, zone: null, isDiscovered: true }],
    ["tls://192.0.2.1:853", secure({ addresses: ["192.0.2.1"] })],
    ["tls://[2001:db8::1]:8853", secure({ addresses: ["2001:db8::1"], port: 8853 })],
    ["tls://[fe80::1%eth0]:853", secure({ addresses: ["fe80::1%eth0"] })],
    ["tls://192.0.2.1:853?ip=2001:db8::1", secure({ addresses: ["192.0.2.1", "2001:db8::1"] })],
    [
      "tls://dns.example:853?ip=192.0.2.1&ip=2001:db8::1&bootstrap=192.0.2.53:53",
      secure({
        name: "dns.example",
        addresses: ["192.0.2.1", "2001:db8::1"],
        bootstrap: ["192.0.2.53:53"],
      }),
    ],
    [
      `tls://dns.example:853?ip=192.0.2.1&pin-sha256=${PIN}&pin-sha256=${OTHER_PIN}&ca=none`,
      secure({ name: "dns.example", addresses: ["192.0.2.1"], pins: [PIN, OTHER_PIN], ca: "none" }),
    ],
    ["tls://192.0.2.1:853?ca=/etc/my%20ca%2Cold.pem", secure({ addresses: ["192.0.2.1"], ca: "/etc/my ca,old.pem" })],
    ["tls://192.0.2.1:853?auth=none", secure({ addresses: ["192.0.2.1"], auth: "none" })],
    [`tls://192.0.2.1:853?tbs-sha256=${PIN}`, secure({ addresses: ["192.0.2.1"], stampHashes: [PIN] })],
    [
      "https://192.0.2.1:443/dns-query",
      secure({ protocol: "https", addresses: ["192.0.2.1"], port: 443, path: "/dns-query" }),
    ],
    [
      "https://dns.example:443/a/b?bootstrap=[2001:db8::53]:5353",
      secure({ protocol: "https", name: "dns.example", port: 443, path: "/a/b", bootstrap: ["[2001:db8::53]:5353"] }),
    ],
    ["quic://192.0.2.1:853", secure({ protocol: "quic", addresses: ["192.0.2.1"] })],
  ] satisfies [string, Endpoint][]
) {
  Deno.test(`parseEndpoint() reads what endpointText() writes: ${text}`, () => {
    assertEquals(parseEndpoint(text, 1), endpoint);
    assertEquals(endpointText(endpoint), text);
    assertEquals(JSON.parse(JSON.stringify(endpoint)), endpoint);
  });
}

Deno.test("parseEndpoint() takes the port that is not given, and makes the address canonical", () => {
  assertEquals(parseEndpoint("2001:DB8:0::1", 53), endpointAt(udp("2001:db8::1", 53)));
  assertEquals(parseEndpoint("tcp://192.0.2.1", 53), endpointAt(tcp("192.0.2.1", 53)));
});

for (
  const [text, canonical] of [
    ["tls://9.9.9.9", "tls://9.9.9.9:853"],
    ["tls://2620:FE:0::FE", "tls://[2620:fe::fe]:853"],
    ["tls://[2620:fe::fe]", "tls://[2620:fe::fe]:853"],
    ["tls://9.9.9.9/", "tls://9.9.9.9:853"],
    ["tls://DNS.Example.?ip=[2001:DB8::1]", "tls://dns.example:853?ip=2001:db8::1"],
    ["tls://bücher.example?ip=192.0.2.1", "tls://xn--bcher-kva.example:853?ip=192.0.2.1"],
    [
      "tls://dns.example?bootstrap=192.0.2.1&bootstrap=2001:db8::1",
      "tls://dns.example:853?bootstrap=192.0.2.1:53&bootstrap=[2001:db8::1]:53",
    ],
    ["tls://dns.example?ip=192.0.2.1&ip=192.0.2.1", "tls://dns.example:853?ip=192.0.2.1"],
    [`tls://192.0.2.1?pin-sha256=sha256/${PIN}`, `tls://192.0.2.1:853?pin-sha256=${PIN}`],
    [`tls://192.0.2.1?pin-sha256=${encodeURIComponent(PIN)}`, `tls://192.0.2.1:853?pin-sha256=${PIN}`],
    ["tls://192.0.2.1?auth=name", "tls://192.0.2.1:853"],
    ["https://dns.example", "https://dns.example:443/dns-query"],
    ["https://dns.example/", "https://dns.example:443/"],
    ["https://dns.example:8443/dns-query{?dns}?ip=192.0.2.1", "https://dns.example:8443/dns-query?ip=192.0.2.1"],
    ["quic://dns.example?ip=192.0.2.1", "quic://dns.example:853?ip=192.0.2.1"],
  ] satisfies [string, string][]
) {
  Deno.test(`parseEndpoint() makes ${text} canonical`, () => {
    assertEquals(endpointText(parseEndpoint(text, 53)), canonical);
  });
}

for (
  const [text, reason] of [
    ["", "must be an IPv4 address or an IPv6 address in brackets, with an optional :port"],
    ["tcp://", "must be an IPv4 address or an IPv6 address in brackets, with an optional :port"],
    ["example.org", "an IP address is needed, not a name"],
    ["tcp://tcp://192.0.2.1", "must be an address alone, without tcp://"],
    ["192.0.2.1:0", "port must be 1–65535"],
    ["192.0.2.1?ip=192.0.2.2", "ip is for encrypted servers alone, such as tls://"],
    ["tls://", "the name or the address of a server is missing"],
    ["tls://192.0.2.256", "must be an IPv4 address or an IPv6 address in brackets, with an optional :port"],
    ["tls://dns..example?ip=192.0.2.1", '"dns..example" is no name of a server'],
    ["tls://dns.example:0?ip=192.0.2.1", "port must be 1–65535"],
    ["tls://a@dns.example?ip=192.0.2.1", "no user belongs before the name of a server"],
    ["tls://dns.example/dns-query?ip=192.0.2.1", "only https:// has a path, such as /dns-query"],
    ["tls://dns.example?ip=dns.example", 'ip must be an IP address alone, not "dns.example"'],
    ["tls://dns.example?ip=192.0.2.1:853", 'ip must be an IP address alone, not "192.0.2.1:853"'],
    ["tls://dns.example?bootstrap=dns.example", "a bootstrap server needs an address, not a name such as dns.example"],
    ["tls://dns.example?pin=abc", 'there is no parameter "pin"; there are ip, bootstrap, pin-sha256, ca, auth'],
    [
      "tls://192.0.2.1?pin-sha256=abc",
      '"abc" is no pin: it takes SHA-256 of a public key in base64, 44 characters, the last of them =',
    ],
    ["tls://192.0.2.1?ca=ca.pem", 'ca must be a file from the root, such as /etc/ssl/ca.pem, or none, not "ca.pem"'],
    ["tls://192.0.2.1?ca=none", "ca=none needs pin-sha256: without either nothing would tell the server from another"],
    ["tls://192.0.2.1?ca=/a&ca=/b", "ca must be said once: a file may have several certificates"],
    ["tls://192.0.2.1?auth=no", 'auth must be name or none, not "no"'],
    ["tls://192.0.2.1?auth=none&ca=/a", "auth=none believes everybody: it does not go with pins or ca"],
    ["tls://192.0.2.1?ddr", "ddr is for plain servers alone, which are asked for their encrypted ones"],
    ["tls://192.0.2.1?ca=/a%", '"/a%" has a % without the code of a character behind it'],
    [
      `quic://192.0.2.1?pin-sha256=${PIN}`,
      "over QUIC the certificate is not shown to us: neither pins nor auth=none can be had",
    ],
  ] satisfies [string, string][]
) {
  Deno.test(`parseEndpoint() refuses "${text}"`, () => {
    assertThrows(() => parseEndpoint(text, 53), AddressFormatError, reason);
  });
}

for (const scheme of ["dot", "doh", "doq", "h3", "ftp"]) {
  Deno.test(`parseEndpoint() tells what there is in place of ${scheme}://`, () => {
    const hint = scheme === "ftp"
      ? /there is no ftp:\/\/$/
      : /there is no [a-z0-9]+:\/\/; .+ is what it is called here$/;
    const { message } = assertThrows(() => parseEndpoint(`${scheme}://192.0.2.1`, 53), AddressFormatError);
    assertEquals(hint.test(message), true, message);
  });
}

Deno.test("socketAddressesOf() sends QUIC over UDP, and TLS and HTTPS over TCP, to each address", () => {
  const transports = (["quic", "tls", "https"] as const).map((protocol) => {
    return socketAddressesOf(secure({ protocol, addresses: ["192.0.2.1", "2001:db8::1"] }));
  });
  assertEquals(transports, [
    [udp("192.0.2.1", 853), udp("2001:db8::1", 853)],
    [tcp("192.0.2.1", 853), tcp("2001:db8::1", 853)],
    [tcp("192.0.2.1", 853), tcp("2001:db8::1", 853)],
  ]);
  for (const address of [udp("192.0.2.1", 53), tcp("fe80::1%eth0", 53)]) {
    assertEquals(socketAddressOf(endpointAt(address)), address);
    assertEquals(socketAddressesOf(endpointAt(address)), [address]);
  }
});

function secure(fields: Partial<SecureEndpoint>): SecureEndpoint {
  return {
    protocol: "tls",
    name: null,
    addresses: [],
    bootstrap: [],
    port: 853,
    path: null,
    pins: [],
    stampHashes: [],
    ca: null,
    auth: "name",
    ...fields,
  };
}
