import { assertEquals } from "@std/assert";
import { type Circumstances, type Manner, nextStep, type Step } from "../../../lib/upstream/exchange/next_step.ts";
import { type ReplyKind, replyKindOf } from "../../../lib/response/reply_kind.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import type { Message } from "../../../lib/wire/message.ts";
import { opt, question, record, records, response } from "../../support/messages.ts";
import { readResponse } from "../../support/read_response.ts";

const BEST: Manner = { withOpt: true, withCookie: true, isMixed: true, hasFreshCookie: false, isOverTcp: false };
const PLAIN: Manner = { withOpt: false, withCookie: false, isMixed: false, hasFreshCookie: false, isOverTcp: false };
const OVER_TCP: Partial<Manner> = { isMixed: false, isOverTcp: true };
const AT_FIRST: Circumstances = {
  hasShownCase: false,
  sendsLeft: 2,
  othersCount: 0,
  isAskedWithoutOpt: false,
  isInPlaceOfUdp: false,
};

const STEPS: readonly [
  what: string,
  kind: ReplyKind,
  manner: Partial<Manner>,
  circumstances: Partial<Circumstances>,
  step: Step,
][] = [
  ["[0x20_01] an answer", "answer", {}, {}, "accept"],
  ["[9715_05] what is truncated", "truncated", {}, {}, "accept"],
  ["[7873_04] BADCOOKIE", "badCookie", {}, {}, "freshCookie"],
  ["[7873_04] BADCOOKIE to a fresh cookie", "badCookie", { hasFreshCookie: true }, {}, "overTcp"],
  [
    "[7873_04] BADCOOKIE to a fresh cookie, in the last send",
    "badCookie",
    { hasFreshCookie: true },
    { sendsLeft: 0 },
    "overTcp",
  ],
  ["[9520_04] BADCOOKIE to the last send", "badCookie", {}, { sendsLeft: 0 }, "accept"],
  ["[6891_08] a rejection of OPT", "rejection", {}, {}, "withoutOpt"],
  ["[6891_08] a rejection of OPT, with one send left", "rejection", {}, { sendsLeft: 1, othersCount: 3 }, "withoutOpt"],
  ["[9520_04] a rejection of the last send", "rejection", {}, { sendsLeft: 0 }, "accept"],
  [
    "[6891_08] a rejection of OPT, in the last send, by who is being asked without",
    "rejection",
    {},
    { sendsLeft: 0, isAskedWithoutOpt: true },
    "unproven",
  ],
  ["[0x20_03] a rejection without OPT", "rejection", { withOpt: false }, {}, "plainCase"],
  ["a rejection without OPT in the client's spelling", "rejection", { withOpt: false, isMixed: false }, {}, "accept"],
  ["a rejection without OPT by who has shown that case does not matter", "rejection", { withOpt: false }, {
    hasShownCase: true,
  }, "accept"],
  ["[0x20_03] a failure", "failure", {}, {}, "plainCase"],
  ["[0x20_03] a failure in the client's spelling", "failure", { isMixed: false }, {}, "accept"],
  [
    "[0x20_04] a failure of who has shown that case does not matter",
    "failure",
    {},
    { hasShownCase: true },
    "plainCase",
  ],
  ["[0x20_03] a failure where others may still be asked", "failure", {}, { othersCount: 1 }, "plainCase"],
  ["[0x20_03] a failure where all sends are for others", "failure", {}, { othersCount: 2 }, "accept"],
  ["[9520_04] a failure of the last send", "failure", {}, { sendsLeft: 0 }, "accept"],
  ["[0x20_03] a denial", "denial", {}, {}, "plainCase"],
  ["[0x20_03] a denial where others may still be asked", "denial", {}, { othersCount: 2 }, "plainCase"],
  ["[0x20_03] a denial in the client's spelling", "denial", { isMixed: false }, {}, "accept"],
  ["[0x20_03] a denial of who has shown that case does not matter", "denial", {}, { hasShownCase: true }, "accept"],
  ["[0x20_03] a denial in the last send", "denial", {}, { sendsLeft: 0 }, "unproven"],
  ["[0x20_01] a denial without SOA", "bareDenial", {}, { hasShownCase: true }, "plainCase"],
  ["[0x20_01] a denial without SOA in the last send", "bareDenial", {}, { sendsLeft: 0 }, "unproven"],
  ["[0x20_01] a denial without SOA in the client's spelling", "bareDenial", { isMixed: false }, {}, "accept"],
  ["[6891_08] a rejection of OPT over TCP", "rejection", OVER_TCP, { sendsLeft: 0 }, "withoutOpt"],
  ["a rejection over TCP without OPT", "rejection", { ...OVER_TCP, withOpt: false }, {}, "accept"],
  [
    "a rejection over TCP without OPT, in place of UDP",
    "rejection",
    { ...OVER_TCP, withOpt: false },
    { isInPlaceOfUdp: true },
    "overUdp",
  ],
  ["[7873_04] BADCOOKIE over TCP", "badCookie", OVER_TCP, {}, "accept"],
  ["[7873_04] BADCOOKIE over TCP, in place of UDP", "badCookie", OVER_TCP, { isInPlaceOfUdp: true }, "overUdp"],
  [
    "[9520_04] BADCOOKIE over TCP, in place of UDP, to the last send",
    "badCookie",
    OVER_TCP,
    { isInPlaceOfUdp: true, sendsLeft: 0 },
    "accept",
  ],
  ["a failure over TCP", "failure", OVER_TCP, { isInPlaceOfUdp: true }, "accept"],
  ["a denial without SOA over TCP", "bareDenial", OVER_TCP, { isInPlaceOfUdp: true }, "accept"],
];

for (const [what, kind, manner, circumstances, expected] of STEPS) {
  Deno.test(`nextStep() after ${what}: ${expected}`, () => {
    assertEquals(nextStep(kind, { ...BEST, ...manner }, { ...AT_FIRST, ...circumstances }), expected);
  });
}

Deno.test("[9520_04] nextStep() accepts whatever comes for the plainest query, and asks over UDP only with a send left", () => {
  for (const kind of ["answer", "denial", "bareDenial", "failure", "rejection", "truncated"] as const) {
    assertEquals(nextStep(kind, PLAIN, AT_FIRST), "accept");
    const last = nextStep(kind, BEST, { ...AT_FIRST, sendsLeft: 0 });
    assertEquals(last === "accept" || last === "unproven", true);
  }
});

const SOA = records("org 60 IN SOA ns.example h.example 1 2 3 4 60");
const KINDS: readonly [what: string, fields: Partial<Message>, kind: ReplyKind][] = [
  ["records", { answers: [record("example.org 9 IN A 192.0.2.1")] }, "answer"],
  ["a chain whose end does not exist", {
    rcode: RCODE.NXDOMAIN,
    answers: [record("example.org 9 IN CNAME x.example")],
    authorities: SOA,
  }, "answer"],
  ["NODATA", { authorities: SOA }, "denial"],
  ["NXDOMAIN", { rcode: RCODE.NXDOMAIN, authorities: SOA }, "denial"],
  ["NODATA without SOA", {}, "bareDenial"],
  ["NXDOMAIN without SOA", { rcode: RCODE.NXDOMAIN }, "bareDenial"],
  ["SERVFAIL", { rcode: RCODE.SERVFAIL }, "failure"],
  ["REFUSED", { rcode: RCODE.REFUSED }, "failure"],
  ["FORMERR", { rcode: RCODE.FORMERR }, "rejection"],
  ["NOTIMP", { rcode: RCODE.NOTIMP }, "rejection"],
  ["TC", { isTruncated: true }, "truncated"],
  ["BADCOOKIE", { rcode: 7, additionals: [opt({ extendedRcode: 1 })] }, "badCookie"],
  [
    "BADCOOKIE with TC [7873_04]",
    { rcode: 7, isTruncated: true, additionals: [opt({ extendedRcode: 1 })] },
    "badCookie",
  ],
  ["YXDOMAIN", { rcode: RCODE.YXDOMAIN }, "answer"],
  ["YXRRSET", { rcode: 7 }, "failure"],
  ["NOTAUTH", { rcode: 9 }, "failure"],
  ["an RCODE that is not assigned", { rcode: 12 }, "failure"],
];

for (const [what, fields, kind] of KINDS) {
  Deno.test(`replyKindOf() calls ${what} ${kind}`, () => {
    assertEquals(replyKindOf(readResponse(response({ questions: [question("example.org")], ...fields }))), kind);
  });
}
