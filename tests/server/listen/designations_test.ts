import { assertEquals } from "@std/assert";
import { designationsFor, type ShownCertificate } from "../../../lib/server/listen/designations.ts";
import { parseListen } from "../../../lib/server/listen/listen.ts";
import { lines } from "../../support/messages.ts";

const CERTIFICATE: ShownCertificate = {
  names: ["*.dns.example", "dns.example"],
  addresses: ["192.0.2.53", "2001:db8::53", "127.0.0.1"],
};
const LISTEN = ["192.0.2.53:53", "tls://0.0.0.0:853", "https://[::]:8443/ask", "quic://192.0.2.53:853"];

function found(
  asked: string | null,
  listen: readonly string[] = LISTEN,
  certificates: readonly ShownCertificate[] = [CERTIFICATE],
) {
  const result = designationsFor(asked, listen.map((text) => parseListen(text, 53)), certificates);
  return "whyNot" in result ? result.whyNot : [lines(result.services), lines(result.addresses)];
}

Deno.test("[9461_01] designationsFor() tells of each encrypted listener, in the order of the configuration", () => {
  assertEquals(found("192.0.2.53"), [
    [
      "_dns.resolver.arpa. 300 IN SVCB 1 dns.example. alpn=dot ipv4hint=192.0.2.53",
      `_dns.resolver.arpa. 300 IN SVCB 2 dns.example. alpn=h2 port=8443 ipv4hint=192.0.2.53 key7="/ask{?dns}"`,
      "_dns.resolver.arpa. 300 IN SVCB 3 dns.example. alpn=doq ipv4hint=192.0.2.53",
    ],
    ["dns.example. 300 IN A 192.0.2.53"],
  ]);
});

Deno.test("[9461_01] designationsFor() tells who asks over IPv6 of what is there over IPv6", () => {
  assertEquals(found("2001:db8::53"), [
    [`_dns.resolver.arpa. 300 IN SVCB 1 dns.example. alpn=h2 port=8443 ipv6hint=2001:db8::53 key7="/ask{?dns}"`],
    ["dns.example. 300 IN AAAA 2001:db8::53"],
  ]);
});

Deno.test("[9462_03] designationsFor() tells of nothing where no certificate is for the address that was asked", () => {
  assertEquals(found("192.0.2.54"), "no certificate is for 192.0.2.54");
  assertEquals(found("192.0.2.53", LISTEN, []), "no certificate is for 192.0.2.53");
});

Deno.test.each<[string, readonly string[], readonly ShownCertificate[], string]>([
  ["nothing encrypted", ["192.0.2.53:53", "http://127.0.0.1:8053"], [CERTIFICATE], "nothing encrypted is served"],
  [
    "clients that have certificates alone",
    ["tls://0.0.0.0?client-ca=/etc/ca.pem"],
    [CERTIFICATE],
    "nothing encrypted is served",
  ],
  [
    "a certificate without a name",
    ["tls://0.0.0.0"],
    [{ names: ["*.dns.example"], addresses: ["192.0.2.53"] }],
    "the certificate that is for 192.0.2.53 has no name",
  ],
  [
    "listeners for others",
    ["tls://127.0.0.1", "tls://[::1]"],
    [CERTIFICATE],
    "no encrypted listener is there for who asks 192.0.2.53",
  ],
])("[9462_03] designationsFor() says why not: $0", (_, listen, certificates, why) => {
  assertEquals(found("192.0.2.53", listen, certificates), why);
});

Deno.test("[9462_03] designationsFor() tells nobody of whom it is not known which address is asked", () => {
  assertEquals(found(null), "which of this machine's addresses is asked is known over UDP with native I/O alone");
});

Deno.test("designationsFor() leaves QUIC out where the certificate is not the first one, which it shows to all", () => {
  const other = { names: ["other.example"], addresses: [] };
  assertEquals(found("192.0.2.53", ["quic://0.0.0.0", "tls://0.0.0.0"], [other, CERTIFICATE]), [
    ["_dns.resolver.arpa. 300 IN SVCB 1 dns.example. alpn=dot ipv4hint=192.0.2.53"],
    ["dns.example. 300 IN A 192.0.2.53"],
  ]);
});

Deno.test("designationsFor() tells of another address where the listener is there alone", () => {
  assertEquals(found("192.0.2.53", ["tls://192.0.2.99:853"]), [
    ["_dns.resolver.arpa. 300 IN SVCB 1 dns.example. alpn=dot ipv4hint=192.0.2.99"],
    ["dns.example. 300 IN A 192.0.2.99"],
  ]);
});
