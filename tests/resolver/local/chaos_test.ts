import { assertEquals, assertStrictEquals } from "@std/assert";
import { Chaos } from "../../../lib/resolver/local/chaos.ts";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { lines, question, questionLines } from "../../support/messages.ts";
import { clientQuery, StubResolver } from "../../support/resolving.ts";
import type { Reply } from "../../../lib/resolver/reply.ts";

const CH = 3;

function ask(text: string, serverId: string | null) {
  const next = new StubResolver();
  const query = clientQuery({ questions: [question(text)] });
  const resolver = new Chaos({ next, serverId, version: "dns-forwarder 1.2.3" });
  return { query, next, reply: resolver.resolve(query) };
}

for (const name of ["version.bind", "version.server", "id.server", "hostname.bind", "Version.BIND"]) {
  Deno.test(`[1035_08] Chaos.resolve() refuses ${name} unless the server has been given a name`, () => {
    const { query, next, reply } = ask(`${name} TXT ${CH}`, null);
    const message = decode((reply as Reply).octets);
    assertEquals([message.rcode, questionLines(message.questions)], [RCODE.REFUSED, [`${name}. CH TXT`]]);
    assertEquals([query.reply.extendedErrors[0]!.infoCode, next.queries], [EDE.PROHIBITED, []]);
  });
}

for (
  const [asked, answers] of [
    ["id.server TXT", ['id.server. 0 CH TXT "dns-1 Zürich"']],
    ["hostname.bind TXT", ['hostname.bind. 0 CH TXT "dns-1 Zürich"']],
    ["version.bind TXT", ['version.bind. 0 CH TXT "dns-forwarder 1.2.3"']],
    ["VERSION.server ANY", ['VERSION.server. 0 CH TXT "dns-forwarder 1.2.3"']],
    ["id.server A", []],
  ] as const
) {
  Deno.test(`[1035_08] Chaos.resolve() answers ${asked} when the server has been given a name`, () => {
    const { next, reply } = ask(`${asked} ${CH}`, "dns-1 Zürich");
    const message = decode((reply as Reply).octets);
    // Presentation format has octets beyond ASCII as decimals.
    const expected = answers.map((line) => line.replace("ü", "\\195\\188"));
    assertEquals([message.rcode, lines(message.answers), next.queries], [RCODE.NOERROR, expected, []]);
  });
}

Deno.test("Chaos.resolve() tells a name of the full 255 octets", () => {
  const { reply } = ask(`id.server TXT ${CH}`, "x".repeat(255));
  assertEquals(lines(decode((reply as Reply).octets).answers), [`id.server. 0 CH TXT "${"x".repeat(255)}"`]);
});

for (const text of ["authors.bind TXT 3", "server TXT 3", "a.id.server TXT 3", "version.bind TXT", "example.org A"]) {
  Deno.test(`[1035_08] Chaos.resolve() passes ${text} on as it is`, () => {
    const { query, next } = ask(text, null);
    assertStrictEquals(next.queries[0], query);
  });
}
