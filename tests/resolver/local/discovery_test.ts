import { assertEquals } from "@std/assert";
import { type Designations, Discovery } from "../../../lib/resolver/local/discovery.ts";
import { Client } from "../../../lib/resolver/client.ts";
import { Query } from "../../../lib/resolver/query.ts";
import { Reply } from "../../../lib/resolver/reply.ts";
import { decode } from "../../../lib/wire/message.ts";
import { lines, question, records, wire } from "../../support/messages.ts";
import { StubResolver } from "../../support/resolving.ts";

const FOUND: Designations = {
  services: records(`_dns.resolver.arpa 300 IN SVCB 1 dns.example. alpn="dot" ipv4hint=192.0.2.53`),
  addresses: records("dns.example 300 IN A 192.0.2.53"),
};

function ask(text: string, found: Designations | null = FOUND) {
  const next = new StubResolver();
  const asked: (string | null)[] = [];
  const discovery = new Discovery({
    next,
    designations: (client) => {
      asked.push(client.asked);
      return found;
    },
  });
  const client = new Client("198.51.100.7", "udp");
  client.asked = "192.0.2.53";
  const query = new Query({ wire: wire({ questions: [question(text)] }), client, deadlineMs: 2000 });
  const reply = discovery.resolve(query);
  return { reply: reply instanceof Reply ? decode(reply.octets) : null, asked, isPassedOn: next.queries.length > 0 };
}

for (const text of ["_dns.resolver.arpa SVCB", "_DNS.Resolver.ARPA SVCB"]) {
  Deno.test(`[9461_01] Discovery answers ${text} with how else this server can be asked, and addresses`, () => {
    const { reply, asked, isPassedOn } = ask(text);
    assertEquals([lines(reply!.answers), lines(reply!.additionals)], [lines(FOUND.services), lines(FOUND.addresses)]);
    assertEquals([asked, isPassedOn], [["192.0.2.53"], false]);
  });
}

for (
  const text of [
    "_dns.resolver.arpa A",
    "_dns.resolver.arpa HTTPS",
    "resolver.arpa SVCB",
    "_dns.resolver.arpb SVCB",
    "x._dns.resolver.arpa SVCB",
    "_dns.example.arpax SVCB",
  ]
) {
  Deno.test(`Discovery passes ${text} on`, () => {
    const { asked, isPassedOn } = ask(text);
    assertEquals([asked, isPassedOn], [[], true]);
  });
}

Deno.test("[9462_01] Discovery passes on what it has no answer to: it is a special name", () => {
  assertEquals(ask("_dns.resolver.arpa SVCB", null).isPassedOn, true);
});
