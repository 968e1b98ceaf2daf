import { assertEquals } from "@std/assert";
import { Query } from "../../../lib/resolver/query.ts";
import type { Reply } from "../../../lib/resolver/reply.ts";
import { RefusedTypes } from "../../../lib/resolver/local/refused_types.ts";
import { EDE, RCODE, TYPE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { question, questionLines, wire } from "../../support/messages.ts";
import { CLIENT, StubResolver } from "../../support/resolving.ts";

function ask(text: string) {
  const next = new StubResolver();
  const query = new Query({ wire: wire({ questions: [question(text)] }), client: CLIENT, deadlineMs: 2000 });
  return { query, next, reply: new RefusedTypes({ next, types: [TYPE.ANY, TYPE.NULL] }).resolve(query) };
}

Deno.test("RefusedTypes.resolve() refuses a type that is not wanted, and says which one", () => {
  const { query, next, reply } = ask("example.org ANY");
  const message = decode((reply as Reply).octets);
  assertEquals([message.rcode, questionLines(message.questions)], [RCODE.REFUSED, ["example.org. IN ANY"]]);
  assertEquals(query.reply.extendedErrors, [{ infoCode: EDE.PROHIBITED, text: "ANY is refused here" }]);
  assertEquals(next.queries, []);
});

Deno.test("RefusedTypes.resolve() asks on for all others", () => {
  const { query, next } = ask("example.org AAAA");
  assertEquals(next.queries, [query]);
});
