import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { writeUpstreamQuery } from "../../lib/upstream/request.ts";
import { TRAITS } from "../../lib/upstream/transport.ts";
import { FLAG } from "../../lib/wire/header.ts";
import { EDNS_OPTION } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { ednsOf, hex, message, opt, question } from "../support/messages.ts";
import { requestFor } from "../support/upstream_rig.ts";

Deno.test("[9619_01] [6891_06] writeUpstreamQuery() is a header, the one question and an OPT record of our own", () => {
  const octets = writeUpstreamQuery(requestFor("eXample.org AAAA", 0, { wantsDnssec: true }), true, TRAITS.udp);
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
  const octets = writeUpstreamQuery(requestFor("example.org", 0, { wantsDnssec: true }), false, TRAITS.udp);
  assertEquals(decode(octets), { ...message({ recursionDesired: true }), questions: [question("example.org")] });
});

Deno.test("[6891_09] [9715_01] writeUpstreamQuery() advertises 1232 octets", () => {
  const edns = ednsOf(decode(writeUpstreamQuery(requestFor("example.org"), true, TRAITS.udp)))!;
  assertEquals([edns.udpPayloadOctets, edns.version, edns.options], [1232, 0, []]);
});

Deno.test("[4035_05] [6891_12] writeUpstreamQuery() sets DO exactly when the client has", () => {
  for (const wantsDnssec of [false, true]) {
    const octets = writeUpstreamQuery(requestFor("example.org", 0, { wantsDnssec }), true, TRAITS.udp);
    assertEquals(ednsOf(decode(octets))!.wantsDnssec, wantsDnssec);
  }
});

Deno.test("[4035_01] [5625_10] writeUpstreamQuery() takes RD, AD and CD of the client's flags, and AD by itself beside EDNS", () => {
  fc.assert(fc.property(fc.nat(0xffff), fc.boolean(), (flags, withOpt) => {
    const octets = writeUpstreamQuery(requestFor("example.org", 0, { flags }), withOpt, TRAITS.udp);
    assertEquals(uint16At(octets, 2), flags & (FLAG.RD | FLAG.AD | FLAG.CD) | (withOpt ? FLAG.AD : 0));
  }));
});

Deno.test("writeUpstreamQuery() copies the question: the correlator writes into the message, others ask again", () => {
  const request = requestFor("example.org");
  const octets = writeUpstreamQuery(request, true, TRAITS.udp);
  assert(octets.buffer !== request.questionOctets.buffer);
  octets.fill(0xff);
  assertEquals(request.questionOctets, requestFor("example.org").questionOctets);
});

Deno.test("[8467_02] [7828_04] writeUpstreamQuery() pads what is encrypted to a multiple of 128 octets, and asks for the idle time over TLS", () => {
  for (const length of [1, 30, 60, 63]) {
    for (
      const [traits, codes] of [[TRAITS.tls, [EDNS_OPTION.TCP_KEEPALIVE, EDNS_OPTION.PADDING]], [TRAITS.https, [
        EDNS_OPTION.PADDING,
      ]], [TRAITS.quic, [EDNS_OPTION.PADDING]]] as const
    ) {
      const octets = writeUpstreamQuery(
        requestFor(`${"a".repeat(length)}.${"b".repeat(length)}.example`),
        true,
        traits,
      );
      assertEquals(octets.length % 128, 0);
      const { options, udpPayloadOctets } = ednsOf(decode(octets))!;
      assertEquals([options.map(({ code }) => code), udpPayloadOctets], [codes, 4096]);
      assert(options.at(-1)!.data.every((octet) => octet === 0));
    }
  }
  assertEquals(writeUpstreamQuery(requestFor("example.org"), true, TRAITS.tls).length, 128);
  assertEquals(writeUpstreamQuery(requestFor("example.org"), false, TRAITS.tls).length, 29);
  assertEquals(ednsOf(decode(writeUpstreamQuery(requestFor("example.org"), true, TRAITS.tcp)))!.options, []);
});
