import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Channel, Client } from "../../../lib/resolver/client.ts";
import { Any } from "../../../lib/resolver/local/any.ts";
import { Query } from "../../../lib/resolver/query.ts";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { lines, question, questionLines, wire } from "../../support/messages.ts";
import { CLIENT, StubResolver } from "../../support/resolving.ts";
import type { Reply } from "../../../lib/resolver/reply.ts";

function ask(text: string, channel: Channel) {
  const next = new StubResolver();
  const query = new Query({
    wire: wire({ questions: [question(text)] }),
    client: new Client(CLIENT.hostname, channel),
    deadlineMs: 2000,
  });
  return { query, next, reply: new Any({ next }).resolve(query) };
}

Deno.test("[8482_01] Any.resolve() answers ANY over UDP with a HINFO record that says so, and forwards nothing", () => {
  const { query, next, reply } = ask("eXample.org ANY", "udp");
  const message = decode((reply as Reply).octets);
  assertEquals([message.rcode, message.recursionAvailable, questionLines(message.questions)], [
    RCODE.NOERROR,
    true,
    ["eXample.org. IN ANY"],
  ]);
  assertEquals(lines(message.answers), ['eXample.org. 3600 IN HINFO "RFC8482" ""']);
  assertEquals([query.reply.extendedErrors[0]!.infoCode, next.queries], [EDE.OTHER, []]);
});

for (
  const [what, text, channel] of [
    ["ANY over TCP", "example.org ANY", "tcp"],
    ["ANY over TLS", "example.org ANY", "tls"],
    ["ANY of another class", "example.org ANY 3", "udp"],
    ["any other type", "example.org HINFO", "udp"],
  ] as const
) {
  Deno.test(`[8482_01] Any.resolve() passes ${what} on as it is`, () => {
    const { query, next } = ask(text, channel);
    assertStrictEquals(next.queries[0], query);
  });
}
