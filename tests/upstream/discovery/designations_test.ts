import { assertEquals } from "@std/assert";
import { type Designation, readDesignations } from "../../../lib/upstream/discovery/designations.ts";
import { message, records } from "../../support/messages.ts";

const read = (answers: readonly string[], additionals: readonly string[] = []): Designation[] => {
  return readDesignations(message({ answers: records(...answers), additionals: records(...additionals) }));
};

const svcb = (text: string) => `_dns.resolver.arpa 300 IN SVCB ${text}`;

Deno.test("[9462_02] readDesignations() reads ways to ask, by priority, and of one record what is no experiment first", () => {
  // As Quad9 and Cloudflare have them.
  assertEquals(
    read([
      svcb(
        `2 One.one.example. alpn="h2,h3" port="443" ipv4hint="192.0.2.1,192.0.2.2" ipv6hint="2001:db8::1" key7="/dns-query{?dns}"`,
      ),
      svcb(`1 one.one.example. alpn="doq,dot" ipv4hint="192.0.2.1"`),
    ]),
    [
      { protocol: "tls", port: 853, path: null, addresses: ["192.0.2.1"], target: "one.one.example" },
      { protocol: "quic", port: 853, path: null, addresses: ["192.0.2.1"], target: "one.one.example" },
      {
        protocol: "https",
        port: 443,
        path: "/dns-query",
        addresses: ["192.0.2.1", "192.0.2.2", "2001:db8::1"],
        target: "one.one.example",
      },
    ],
  );
});

Deno.test("[9462_02] readDesignations() takes addresses that come beside", () => {
  const [found] = read([svcb(`1 dns.example. alpn="dot" port=8853`)], [
    "dns.example 300 IN A 192.0.2.1",
    "DNS.example 300 IN AAAA 2001:db8::1",
    "other.example 300 IN A 192.0.2.9",
  ]);
  assertEquals([found!.port, found!.addresses], [8853, ["192.0.2.1", "2001:db8::1"]]);
});

Deno.test.each<[string, string]>([
  ["an alias", svcb("0 dns.example.")],
  ["a target that is nobody's name", svcb(`1 . alpn="dot"`)],
  ["a target in resolver.arpa", svcb(`1 x.resolver.arpa. alpn="dot"`)],
  ["no protocol", svcb("1 dns.example. port=853")],
  ["protocols that are not spoken here alone", svcb(`1 dns.example. alpn="h3"`)],
  ["HTTP without a path", svcb(`1 dns.example. alpn="h2"`)],
  ["HTTP with a path that has no place for the query", svcb(`1 dns.example. alpn="h2" key7="/dns-query"`)],
  ["what must be understood and is not", svcb(`1 dns.example. mandatory="key65280" alpn="dot" key65280="x"`)],
  ["port 0", svcb(`1 dns.example. alpn="dot" port=0`)],
  ["another owner", `_dns.example 300 IN SVCB 1 dns.example. alpn="dot"`],
])("[9462_02] readDesignations() finds nothing in a record with $0", (_, line) => {
  assertEquals(read([line]), []);
});

Deno.test("[9462_02] readDesignations() takes what must be understood and is", () => {
  assertEquals(read([svcb(`1 dns.example. mandatory="alpn,port" alpn="dot" port=853`)]).length, 1);
});

Deno.test("readDesignations() takes eight ways at most", () => {
  const many = Array.from({ length: 20 }, (_, i) => svcb(`${i + 1} dns${i}.example. alpn="dot"`));
  assertEquals(read(many).map(({ target }) => target), many.slice(0, 8).map((_, i) => `dns${i}.example`));
});
