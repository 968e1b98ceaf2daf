// What a server sees that is asked over TCP alone.
import { assertEquals } from "@std/assert";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import { EDNS_OPTION, RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { settled } from "../support/fake_time.ts";
import { ednsOf, opt, questionLines, record, response } from "../support/messages.ts";
import { registryRig, requestFor } from "../support/upstream_rig.ts";

const ANSWERS = [record("example.org 9 IN A 192.0.2.1")];
const SERVER_COOKIE = [1, 2, 3, 4, 5, 6, 7, 8];

type Say = (query: Message) => Partial<Message>;

const answering: Say = () => ({ answers: ANSWERS, additionals: [opt()] });
const denying: Say = () => ({ rcode: RCODE.NXDOMAIN, additionals: [opt()] });
const truncating: Say = () => ({ isTruncated: true, additionals: [opt()] });
const rejectingEdns: Say = (query) => ednsOf(query) === null ? { answers: ANSWERS } : { rcode: RCODE.FORMERR };
const givingCookie: Say = (query) => ({ answers: ANSWERS, additionals: [cookieOpt(query, SERVER_COOKIE)] });
const wantingCookie: Say = (query) => {
  if (cookieOf(query)!.length > 8) return givingCookie(query);
  return { rcode: 7, additionals: [{ ...cookieOpt(query, SERVER_COOKIE), ttl: 0x0100_0000 }] };
};

for (
  const [what, asked, say, seen] of [
    ["the question in mixed case, with a cookie", ["example.org"], answering, ["example.org mixed, cookie of 8"]],
    ["a name that does not exist a second time as the client spells it", ["example.org"], denying, [
      "example.org mixed, cookie of 8",
      "example.org plain, cookie of 8",
    ]],
    ["the question without EDNS once it has rejected that", ["example.org"], rejectingEdns, [
      "example.org mixed, cookie of 8",
      "example.org mixed, no EDNS",
    ]],
    ["its own cookie with the next question", ["example.org", "example.net"], givingCookie, [
      "example.org mixed, cookie of 8",
      "example.net mixed, cookie of 16",
    ]],
    ["its own cookie at once when it wants it", ["example.org"], wantingCookie, [
      "example.org mixed, cookie of 8",
      "example.org mixed, cookie of 16",
    ]],
    ["the question once more when its reply is truncated", ["example.org"], truncating, [
      "example.org mixed, cookie of 8",
      "example.org plain, cookie of 8",
    ]],
    ["a question for ANY as the client spells it", ["example.org ANY"], answering, ["example.org plain, cookie of 8"]],
  ] satisfies [string, string[], Say, string[]][]
) {
  Deno.test(`an upstream over TCP sees ${what}`, async () => {
    const { registry, network, time } = registryRig();
    const endpoints = [parseEndpoint("tcp://192.0.2.53", 53)];
    const upstreams = registry.openGroup({ endpoints, strategy: "sequential", socketCount: 2 });
    for (const text of asked) {
      let isOver = false;
      const over = () => void (isOver = true);
      upstreams.exchange(requestFor(text, time.nowMs())).then(over, over);
      while (!isOver) {
        await settled();
        const stream = network.streams[0]!;
        const query = decode(stream.messages.at(-1)!);
        stream.deliverMessages(response({ id: query.id, questions: query.questions, ...say(query) }));
        await settled();
      }
    }
    assertEquals([network.sockets.length, network.streams.length], [0, 1]);
    assertEquals(network.streams[0]!.messages.map((octets) => summary(decode(octets))), seen);
    upstreams.close();
  });
}

function summary(query: Message): string {
  const [line] = questionLines(query.questions);
  const spelling = line!.split(". ")[0]!;
  const isMixed = spelling !== spelling.toLowerCase();
  const edns = ednsOf(query) === null ? "no EDNS" : `cookie of ${cookieOf(query)?.length ?? 0}`;
  return `${spelling.toLowerCase()} ${isMixed ? "mixed" : "plain"}, ${edns}`;
}

function cookieOf(query: Message): Uint8Array | undefined {
  return ednsOf(query)?.options.find(({ code }) => code === EDNS_OPTION.COOKIE)?.data;
}

function cookieOpt(query: Message, server: readonly number[]) {
  const data = Uint8Array.from([...cookieOf(query)!.subarray(0, 8), ...server]);
  return opt({ options: [{ code: EDNS_OPTION.COOKIE, data }] });
}
