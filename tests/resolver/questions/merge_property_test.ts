import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { mergeReplies, type Part } from "../../../lib/resolver/questions/merge.ts";
import { decode, encode, type Message, type Question } from "../../../lib/wire/message.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { lines, message, question, record } from "../../support/messages.ts";

// The law of merging (PROTOCOL §2.1.5) a second time, on presentation format and by the plainest means: no keys, no
// octets, every record compared with every other. Two ways to the same end seldom have the same fault.

/** The fields of a record's line. */
interface Line {
  readonly owner: string;
  readonly ttl: number;
  readonly type: string;
  readonly rdata: string;
}

interface Sections {
  readonly answers: string[];
  readonly authorities: string[];
  readonly additionals: string[];
}

const NAMES = ["a.example.", "A.Example.", "b.example.", "c.a.example.", "example."];
const name = fc.constantFrom(...NAMES);
const ttl = fc.constantFrom(0, 1, 60, 300, 2_147_483_647, 2_147_483_648, 4_294_967_295);
const rdata = fc.oneof(
  fc.constantFrom("A 192.0.2.1", "A 192.0.2.2", 'TXT "a"', 'TXT "A"', "TYPE65280 \\# 2 c00c"),
  name.map((target) => `CNAME ${target}`),
  name.map((target) => `NS ${target}`),
  name.map((target) => `MX 10 ${target}`),
  name.map((target) => `SRV 1 2 53 ${target}`),
  name.map((target) => `SOA ns.example. ${target} 1 2 3 4 5`),
  name.map((target) => `RRSIG A 13 2 300 19700101000002 19700101000001 7 ${target} AQIDBA==`),
  name.map((target) => `RRSIG SOA 13 2 300 19700101000002 19700101000001 7 ${target} AQIDBA==`),
  name.map((target) => `NSEC ${target} A`),
);
const section = fc.array(fc.tuple(name, ttl, rdata).map(([owner, ttl, rest]) => record(`${owner} ${ttl} IN ${rest}`)), {
  maxLength: 5,
});
const reply = fc.record({
  rcode: fc.constantFrom(0, 1, 2, 3, 5),
  isTruncated: fc.boolean(),
  recursionAvailable: fc.boolean(),
  isAuthenticData: fc.boolean(),
  answers: section,
  authorities: section,
  additionals: section,
});
// Distinct questions, as Split makes them.
const questions = fc.uniqueArray(fc.tuple(name, fc.constantFrom("A", "AAAA", "MX")), {
  minLength: 1,
  maxLength: 8,
  selector: ([owner, type]) => `${owner.toLowerCase()} ${type}`,
});
const parts = questions.chain((texts) => {
  return fc.tuple(...texts.map(([owner, type]) =>
    reply.map((fields): Part => {
      return { question: question(`${owner} ${type}`), reply: message({ isResponse: true, ...fields }) };
    })
  ));
});

Deno.test("[2.1.5] mergeReplies() says what the law of merging says, for any replies", () => {
  const property = fc.property(parts, fc.boolean(), (parts, wantsDnssec) => {
    const merged = decode(mergeReplies({ questions: questionsOf(parts), parts, wantsDnssec, limitOctets: 65_535 }));
    assertEquals(sectionsOf(merged), modelSections(parts, parts, wantsDnssec));
    const replies = parts.map(({ reply }) => reply);
    assertEquals(merged.rcode, modelRcode(replies));
    assertEquals(merged.isTruncated, replies.some((reply) => reply.isTruncated));
    assertEquals(merged.recursionAvailable, !replies.some((reply) => !reply.recursionAvailable));
    assertEquals(merged.isAuthenticData, !replies.some((reply) => !reply.isAuthenticData));
    assertEquals(merged.questions, questionsOf(parts));
  });
  fc.assert(property, { numRuns: 150 });
});

Deno.test("[2.1.5] mergeReplies() keeps as many whole questions as fit, for any limit", () => {
  const property = fc.property(
    parts,
    fc.boolean(),
    fc.integer({ min: 180, max: 1232 }),
    (parts, wantsDnssec, limitOctets) => {
      const octets = mergeReplies({ questions: questionsOf(parts), parts, wantsDnssec, limitOctets });
      assert(octets.length <= limitOctets);
      const merged = decode(octets);
      const isCutByUpstream = parts.some(({ reply }) => reply.isTruncated);
      for (let kept = parts.length;; kept--) {
        const model = modelSections(parts.slice(0, kept), parts, wantsDnssec);
        const withoutAdditionals = { ...model, additionals: [] };
        const fitting = [model, withoutAdditionals].find((sections) => octetsOf(merged, sections) <= limitOctets);
        if (fitting === undefined) continue;
        assertEquals(sectionsOf(merged), fitting);
        assertEquals(merged.isTruncated, isCutByUpstream || kept < parts.length);
        break;
      }
    },
  );
  fc.assert(property, { numRuns: 150 });
});

function questionsOf(parts: readonly Part[]): Question[] {
  return parts.map(({ question }) => question);
}

function sectionsOf({ answers, authorities, additionals }: Message): Sections {
  return { answers: lines(answers), authorities: lines(authorities), additionals: lines(additionals) };
}

function octetsOf(header: Message, { answers, authorities, additionals }: Sections): number {
  return encode({
    ...header,
    answers: answers.map(record),
    authorities: authorities.map(record),
    additionals: additionals.map(record),
  }).length;
}

/** @param asked All parts, those that do not fit included. */
function modelSections(parts: readonly Part[], asked: readonly Part[], wantsDnssec: boolean): Sections {
  // The SOA of a denial; with DO its proofs too, and the signatures of both. An RRSIG is of the type that it covers.
  const isKept = ({ type, rdata }: Line) => {
    return type === "SOA" || (wantsDnssec && (type === "NSEC" || (type === "RRSIG" && /^(SOA|NSEC) /.test(rdata))));
  };
  const all = (section: "answers" | "authorities" | "additionals", isSpelled: boolean): Line[] => {
    return parts.flatMap(({ question, reply }) => {
      // Its own question first, for another type may be asked for in another spelling.
      const qnames = [question, ...questionsOf(asked)].map(({ name }) => nameToText(name));
      return lines(reply[section]).map(readLine).map((line) => {
        const qname = qnames.find((other) => line.owner.toLowerCase() === other.toLowerCase());
        return isSpelled && qname !== undefined ? { ...line, owner: qname } : line;
      });
    });
  };
  return {
    answers: modelUnion(all("answers", true)),
    authorities: modelUnion(all("authorities", true).filter(isKept)),
    additionals: modelUnion(all("additionals", false)),
  };
}

/** The first of each group of equal records, with the lowest TTL of its RRset. */
function modelUnion(section: readonly Line[]): string[] {
  return section
    .filter((line, i) => section.findIndex((other) => isSameRecord(line, other)) === i)
    .map((line) => {
      const rrset = section.filter((other) => isSameRrset(line, other));
      return `${line.owner} ${Math.min(...rrset.map(({ ttl }) => ttl))} IN ${line.type} ${line.rdata}`;
    });
}

function isSameRecord(a: Line, b: Line): boolean {
  // Text keeps its case, names do not; only TXT holds letters that are no name's (and Base64, which is one value here).
  const isSameRdata = a.type === "TXT" ? a.rdata === b.rdata : a.rdata.toLowerCase() === b.rdata.toLowerCase();
  return isSameRrset(a, b) && isSameRdata;
}

function isSameRrset(a: Line, b: Line): boolean {
  const covered = ({ type, rdata }: Line) => type === "RRSIG" ? rdata.split(" ")[0] : "";
  return a.owner.toLowerCase() === b.owner.toLowerCase() && a.type === b.type && covered(a) === covered(b);
}

function readLine(line: string): Line {
  const [owner, ttl, , type, ...rdata] = line.split(" ") as [string, string, string, string];
  // RFC 2181 §8: the top bit makes it 0.
  return { owner, ttl: Number(ttl) >= 2 ** 31 ? 0 : Number(ttl), type, rdata: rdata.join(" ") };
}

function modelRcode(replies: readonly Message[]): number {
  const rcodes = new Set(replies.map(({ rcode }) => rcode));
  if (rcodes.size === 1) return [...rcodes][0]!;
  if (rcodes.has(0)) return 0;
  if (rcodes.has(2) || rcodes.has(1)) return 2;
  return rcodes.has(5) ? 5 : 3;
}
