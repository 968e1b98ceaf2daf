import { assertEquals } from "@std/assert";
import { readOpt, writeOpt } from "../../lib/wire/edns/edns.ts";
import { EDNS_OPTION, RCODE } from "../../lib/wire/iana.ts";
import { decode, encode } from "../../lib/wire/message.ts";
import { addressQuery } from "./asking.ts";
import { makeReply, type ReplyForm } from "./loopback_reply.ts";

const CLIENT_COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

function reply(form: ReplyForm) {
  const query = decode(addressQuery("Www.Example.ORG"));
  const edns = readOpt(query.additionals[0]!);
  const options = [{ code: EDNS_OPTION.COOKIE, data: CLIENT_COOKIE }];
  const octets = encode({ ...query, additionals: [writeOpt({ ...edns, options })] });
  const message = decode(makeReply(octets, form));
  const cookie = readOpt(message.additionals[0]!).options[0]!.data;
  assertEquals(message.id, query.id);
  assertEquals(message.questions, query.questions);
  return { message, cookie };
}

Deno.test("makeReply() has an address, and the query's ID, question and options", () => {
  const { message, cookie } = reply({});
  assertEquals(message.answers[0]!.rdata, Uint8Array.of(192, 0, 2, 1));
  assertEquals(cookie, CLIENT_COOKIE);
});

Deno.test("makeReply() has no answer with an RCODE or TC", () => {
  assertEquals(reply({ rcode: RCODE.REFUSED }).message.answers, []);
  const { isTruncated, answers } = reply({ isTruncated: true }).message;
  assertEquals([isTruncated, answers.length], [true, 0]);
});

Deno.test("makeReply() gives each name the cookie that is its own or somebody else's, with a server cookie", () => {
  const own = reply({ cookieFor: (name) => name.startsWith("www.") ? "own" : "foreign" }).cookie;
  assertEquals([own.length, own.slice(0, 8)], [24, CLIENT_COOKIE]);
  const foreign = reply({ cookieFor: () => "foreign" }).cookie;
  assertEquals([foreign.length, foreign[0]], [24, 0]);
});
