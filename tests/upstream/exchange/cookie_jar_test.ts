import { assert, assertEquals } from "@std/assert";
import { isBadCookie } from "../../../lib/response/reply_kind.ts";
import { CookieJar } from "../../../lib/upstream/exchange/cookie_jar.ts";
import type { EdnsOption } from "../../../lib/wire/edns/edns.ts";
import { scriptedRandom } from "../../support/fake_random.ts";
import { hex, opt, question, response } from "../../support/messages.ts";
import { readResponse } from "../../support/read_response.ts";

const CLIENT = hex("0001020304050607");
const COOKIE = 10;

function jar(): CookieJar {
  return new CookieJar(scriptedRandom(0, 1, 2, 3, 4, 5, 6, 7));
}

/** What `jar` thinks of a reply with these options. */
function isGenuine(jar: CookieJar, ...options: readonly EdnsOption[]): boolean {
  const reply = response({ questions: [question("example.org")], additionals: [opt({ options })] });
  return jar.isGenuine(readResponse(reply));
}

Deno.test("[7873_02] CookieJar draws a client cookie of eight octets and keeps it; another jar has another one", () => {
  const random = scriptedRandom();
  const [one, other] = [new CookieJar(random), new CookieJar(random)];
  assertEquals([one.option.length, one.option], [8, one.option]);
  assert(one.option.some((octet, i) => octet !== other.option[i]));
  assertEquals(jar().option, CLIENT);
});

Deno.test("CookieJar.renew() draws another client cookie, forgets the server's, and takes the old one for forged", () => {
  const cookies = jar();
  const data = hex("0001020304050607 1112131415161718");
  assert(isGenuine(cookies, { code: COOKIE, data }));
  assertEquals(cookies.option.length, 16);
  cookies.renew();
  assertEquals([cookies.option.length, isGenuine(cookies, { code: COOKIE, data })], [8, false]);
});

/** Data of the COOKIE option in a reply, whether the reply counts, and what is sent next. */
const COOKIES: readonly [what: string, data: string, isGenuine: boolean, next: string][] = [
  ["ours and a server cookie of 8 octets", "0001020304050607 1112131415161718", true, "1112131415161718"],
  ["ours and a server cookie of 32 octets", `0001020304050607 ${"ab".repeat(32)}`, true, "ab".repeat(32)],
  ["ours alone", "0001020304050607", true, ""],
  ["ours and a server cookie that is too short", "0001020304050607 11121314151617", true, ""],
  ["ours and a server cookie that is too long", `0001020304050607 ${"ab".repeat(33)}`, true, ""],
  ["another client cookie", "0001020304050608 1112131415161718", false, ""],
  ["another first octet", "ff01020304050607 1112131415161718", false, ""],
  ["less than a client cookie", "00010203040506", false, ""],
  ["nothing at all in the option", "", false, ""],
];

for (const [what, data, expected, next] of COOKIES) {
  Deno.test(`[7873_03] CookieJar.isGenuine() is ${expected} for ${what}`, () => {
    const cookies = jar();
    assertEquals(isGenuine(cookies, { code: COOKIE, data: hex(data) }), expected);
    assertEquals(cookies.option, hex(`0001020304050607 ${next}`));
  });
}

Deno.test("[7873_03] CookieJar.isGenuine() is true for a reply without OPT, and for one without the option", () => {
  const plain = response({ questions: [question("example.org")] });
  assert(jar().isGenuine(readResponse(plain)));
  assert(isGenuine(jar()));
  assert(isGenuine(jar(), { code: 15, data: hex("0000") }));
});

Deno.test("[7873_03] CookieJar.isGenuine() finds the option behind others", () => {
  const wrong = { code: COOKIE, data: hex("ff01020304050607") };
  assert(!isGenuine(jar(), { code: 3, data: hex("0a0b0c") }, { code: 15, data: hex("") }, wrong));
});

Deno.test("[7873_04] CookieJar keeps the server's newest cookie", () => {
  const cookies = jar();
  for (const server of ["1111111111111111", "2222222222222222"]) {
    isGenuine(cookies, { code: COOKIE, data: hex(`0001020304050607 ${server}`) });
    assertEquals(cookies.option, hex(`0001020304050607 ${server}`));
  }
});

Deno.test("[7873_04] isBadCookie() tells RCODE 23 from all others", () => {
  const withRcode = (rcode: number, extendedRcode: number) =>
    response({ rcode, additionals: [opt({ extendedRcode })] });
  assert(isBadCookie(readResponse(withRcode(7, 1))));
  for (const [rcode, extendedRcode] of [[7, 0], [0, 1], [6, 1], [7, 2]] as const) {
    assert(!isBadCookie(readResponse(withRcode(rcode, extendedRcode))));
  }
  assert(!isBadCookie(readResponse(response({ rcode: 7 }))));
});
