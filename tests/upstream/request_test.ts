import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { writeUpstreamQuery } from "../../lib/upstream/request.ts";
import { FLAG } from "../../lib/wire/header.ts";
import { decode } from "../../lib/wire/message.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { ednsOf, hex, message, opt, question } from "../support/messages.ts";
import { requestFor } from "../support/upstream_rig.ts";

Deno.test("[9619_01] [6891_06] writeUpstreamQuery() is a header, the one question and an OPT record of our own", () => {
  const octets = writeUpstreamQuery(requestFor("eXample.org AAAA", 0, { wantsDnssec: true }), true);
  assertEquals(
    octets,
    hex(
      "0000 0120 0001 0000 0000 0001" + "07 6558616d706c65 03 6f7267 00 001c 0001" +
        "00 0029 04d0 00 00 8000 0000",
    ),
  );
  assertEquals(decode(octets), {
    ...message({ recursionDesired: true, isAuthenticData: true }),
    questions: [question("eXample.org AAAA")],
    additionals: [opt({ wantsDnssec: true })],
  });
});

Deno.test("[6891_08] writeUpstreamQuery() without OPT is a header and the question", () => {
  const octets = writeUpstreamQuery(requestFor("example.org", 0, { wantsDnssec: true }), false);
  assertEquals(decode(octets), { ...message({ recursionDesired: true }), questions: [question("example.org")] });
});

Deno.test("[6891_09] [9715_01] writeUpstreamQuery() advertises 1232 octets", () => {
  const edns = ednsOf(decode(writeUpstreamQuery(requestFor("example.org"), true)))!;
  assertEquals([edns.udpPayloadOctets, edns.version, edns.options], [1232, 0, []]);
});

Deno.test("[4035_05] [6891_12] writeUpstreamQuery() sets DO exactly when the client has", () => {
  for (const wantsDnssec of [false, true]) {
    const octets = writeUpstreamQuery(requestFor("example.org", 0, { wantsDnssec }), true);
    assertEquals(ednsOf(decode(octets))!.wantsDnssec, wantsDnssec);
  }
});

Deno.test("[4035_01] [5625_10] writeUpstreamQuery() takes RD, AD and CD of the client's flags, and AD by itself beside EDNS", () => {
  fc.assert(fc.property(fc.nat(0xffff), fc.boolean(), (flags, withOpt) => {
    const octets = writeUpstreamQuery(requestFor("example.org", 0, { flags }), withOpt);
    assertEquals(uint16At(octets, 2), flags & (FLAG.RD | FLAG.AD | FLAG.CD) | (withOpt ? FLAG.AD : 0));
  }));
});

Deno.test("writeUpstreamQuery() copies the question: the correlator writes into the message, others ask again", () => {
  const request = requestFor("example.org");
  const octets = writeUpstreamQuery(request, true);
  assert(octets.buffer !== request.questionOctets.buffer);
  octets.fill(0xff);
  assertEquals(request.questionOctets, requestFor("example.org").questionOctets);
});
