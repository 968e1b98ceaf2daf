import { assertEquals } from "@std/assert";
import { AnswerInspector, type ListedAnswers } from "../../../lib/resolver/filter/answer_inspector.ts";
import { FINDINGS, inspectedBy } from "../../../lib/resolver/findings.ts";
import { Inspections } from "../../../lib/resolver/inspections.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { FakeTime } from "../../support/fake_time.ts";
import { question, records } from "../../support/messages.ts";
import { readResponse } from "../../support/read_response.ts";
import { clientQuery, responseTo } from "../../support/resolving.ts";

function inspectorOf(findsPrivateAddresses: boolean, lists: ListedAnswers | null = null): AnswerInspector {
  return new AnswerInspector({ inspections: new Inspections(new FakeTime()), findsPrivateAddresses, lists });
}

/** What is found in an answer to `asked`. */
function found(inspector: AnswerInspector, asked: string, answers: string[], additionals: string[] = []): number {
  const query = clientQuery({ questions: [question(asked)] });
  const octets = responseTo(query, { answers: records(...answers), additionals: records(...additionals) });
  const findings = inspector.inspect(readResponse(octets));
  assertEquals(inspectedBy(findings), inspector.inspection.number);
  return findings & FINDINGS.any;
}

/** Lists that say something of names and addresses in text; sets are joined by or. */
function listed(sets: Readonly<Record<string, number>>): ListedAnswers {
  return {
    find: (wire, nameEnd) => sets[nameToText(wire.slice(12, nameEnd)).toLowerCase()] ?? 0,
    findAddress: (octets, at, length) => sets[octets.subarray(at, at + length).join(".")] ?? 0,
    join: (a, b) => a | b,
  };
}

for (
  const [asked, answers] of [
    ["a.example", ["a.example. 60 IN A 192.168.1.1"]],
    ["a.example", ["a.example. 60 IN A 192.0.2.1", "a.example. 60 IN A 127.0.0.1"]],
    ["a.example AAAA", ["a.example. 60 IN AAAA fd00::1"]],
    ["a.example", ["a.example. 60 IN CNAME b.example.", "b.example. 60 IN A 10.0.0.1"]],
    ["a.example HTTPS", ["a.example. 60 IN HTTPS 1 . ipv4hint=192.0.2.1,10.0.0.1"]],
    ["a.example HTTPS", ["a.example. 60 IN HTTPS 1 . alpn=h2 ipv6hint=2001:db8::1,::1"]],
  ] satisfies [string, string[]][]
) {
  Deno.test(`AnswerInspector finds a private address in ${answers.join(", ")}`, () => {
    assertEquals(found(inspectorOf(true), asked, answers), FINDINGS.privateAddress);
    assertEquals(found(inspectorOf(false), asked, answers), FINDINGS.none);
  });
}

Deno.test("AnswerInspector finds private addresses that come along, and none in what names a zone's servers", () => {
  const mail = ["a.example. 60 IN MX 1 m.example."];
  const address = ["m.example. 60 IN A 10.0.0.1"];
  assertEquals(found(inspectorOf(true), "a.example MX", mail, address), FINDINGS.privateAddress);
  const query = clientQuery({ questions: [question("a.example MX")] });
  const octets = responseTo(query, { answers: records(...mail), authorities: records(...address) });
  assertEquals(inspectorOf(true).inspect(readResponse(octets)) & FINDINGS.any, FINDINGS.none);
});

Deno.test("AnswerInspector finds no private address where there is none", () => {
  const answers = ["a.example. 60 IN HTTPS 1 b.example. alpn=h2 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1"];
  assertEquals(found(inspectorOf(true), "a.example HTTPS", answers), FINDINGS.none);
  assertEquals(found(inspectorOf(true), "a.example TXT", ['a.example. 60 IN TXT "10.0.0.1"']), FINDINGS.none);
});

Deno.test("AnswerInspector tells what lists say of aliases, services and addresses, all in one set", () => {
  const inspector = inspectorOf(
    false,
    listed({ "ads.example.": 1, "svc.example.": 2, "192.0.2.9": 4, "a.example.": 8 }),
  );
  const chain = ["a.example. 60 IN CNAME ADS.example.", "ads.example. 60 IN A 192.0.2.1"];
  assertEquals(found(inspector, "a.example", chain), 1);
  assertEquals(found(inspector, "a.example", [...chain, "ads.example. 60 IN A 192.0.2.9"]), 1 | 4);
  assertEquals(
    found(inspector, "a.example HTTPS", ["a.example. 60 IN HTTPS 1 svc.example. ipv4hint=192.0.2.9"]),
    2 | 4,
  );
  // The question's own name has been judged before.
  assertEquals(found(inspector, "a.example", ["a.example. 60 IN A 192.0.2.1"]), 0);
});

Deno.test("AnswerInspector.use() is another inspection, and who looked before that has not looked for this", () => {
  const inspections = new Inspections(new FakeTime());
  const options = { inspections, findsPrivateAddresses: false, lists: null };
  const [inspector, former] = [new AnswerInspector(options), new AnswerInspector(options)];
  const chain = ["a.example. 60 IN CNAME ads.example."];
  assertEquals([found(inspector, "a.example", chain), inspector.inspection], [0, former.inspection]);
  inspector.use(listed({ "ads.example.": 1 }));
  assertEquals([found(inspector, "a.example", chain), inspector.inspection.number], [1, 2]);
  const query = clientQuery({ questions: [question("a.example")] });
  const findings = former.inspect(readResponse(responseTo(query, { answers: records(...chain) })));
  assertEquals([findings & FINDINGS.any, inspectedBy(findings)], [0, 0]);
});
