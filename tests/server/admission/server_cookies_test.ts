import { assert, assertEquals } from "@std/assert";
import { parseIp } from "../../../lib/base/net/ip.ts";
import { isCookieLength, ServerCookies } from "../../../lib/server/admission/server_cookies.ts";
import { hex } from "../../support/messages.ts";

function setUp(key: string, nowSeconds: number, ...laterKeys: readonly string[]) {
  const time = { nowSeconds };
  const keys = [key, ...laterKeys];
  const firstDay = Math.floor(nowSeconds / DAY_SECONDS);
  const cookies = new ServerCookies({
    keyOfDay: (day) => hex(keys[day - firstDay] ?? key),
    wallClock: { epochSeconds: () => time.nowSeconds },
  });
  const judge = (cookie: string, client: string) => {
    // It stands somewhere in a message.
    const isValid = cookies.judge(hex(`0a0b0c${cookie}0d`), 3, cookie.length / 2, parseIp(client)!);
    return { isValid, reply: cookies.reply.toHex() };
  };
  return { time, judge };
}

const DAY_SECONDS = 24 * 60 * 60;
const SECRET = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const CLIENT = "198.51.100.100";
const CLIENT_COOKIE = "2464c4abcf10c957";
/** RFC 9018 appendix A.1: made at this time. */
const COOKIE = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
const MADE_AT = 1_559_731_985;

Deno.test("[9018_01] ServerCookies.judge() gives a new client its cookie (RFC 9018 A.1)", () => {
  assertEquals(setUp(SECRET, MADE_AT).judge(CLIENT_COOKIE, CLIENT), { isValid: false, reply: COOKIE });
});

Deno.test("[9018_01] ServerCookies.judge() renews a cookie that is forty minutes old (RFC 9018 A.2)", () => {
  const renewed = "2464c4abcf10c957010000005cf7a871d4a564a1442aca77";
  assertEquals(setUp(SECRET, 1_559_734_385).judge(COOKIE, CLIENT), { isValid: true, reply: renewed });
});

Deno.test("[9018_01] ServerCookies.judge() takes reserved octets as they come and sends none (RFC 9018 A.3)", () => {
  const theirs = "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5";
  const client = "203.0.113.203";
  assertEquals(setUp(SECRET, 1_559_728_000).judge(theirs, client), { isValid: true, reply: theirs });
  // The RFC's example renews it when it is almost two hours old. That is beyond the hour which its §4.3 recommends.
  const renewed = "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e";
  assertEquals(setUp(SECRET, 1_559_734_700).judge(theirs, client), { isValid: false, reply: renewed });
});

Deno.test("[9018_01] ServerCookies.judge() covers IPv6 addresses, and knows no other secret's cookies (RFC 9018 A.4)", () => {
  const theirs = "22681ab97d52c298010000005cf7c57926556bd0934c72f8";
  const client = "2001:db8:220:1:59de:d0f4:8769:82b8";
  const old = setUp("dd3bdf9344b678b185a6f5cb60fca715", 1_559_741_961);
  assertEquals(old.judge(theirs, client), { isValid: true, reply: theirs });
  const renewed = "22681ab97d52c298010000005cf7c609a6bb79d16625507a";
  const rolled = setUp("445536bcd2513298075a5d379663c962", 1_559_741_961);
  assertEquals(rolled.judge(theirs, client), { isValid: false, reply: renewed });
});

for (
  const [ageSeconds, isValid, isKept] of [
    [0, true, true],
    [1800, true, true],
    [1801, true, false],
    [3600, true, false],
    [3601, false, false],
    [-300, true, true],
    [-301, false, false],
  ] as const
) {
  Deno.test(`[9018_01] ServerCookies.judge() ${isValid ? "takes" : "does not take"} a cookie ${ageSeconds} s old`, () => {
    const verdict = setUp(SECRET, MADE_AT + ageSeconds).judge(COOKIE, CLIENT);
    assertEquals([verdict.isValid, verdict.reply === COOKIE], [isValid, isKept]);
    assert(verdict.reply.startsWith(CLIENT_COOKIE));
  });
}

const SECOND_SECRET = "dd3bdf9344b678b185a6f5cb60fca715";
const THIRD_SECRET = "445536bcd2513298075a5d379663c962";
const MIDNIGHT = Math.floor(MADE_AT / DAY_SECONDS) * DAY_SECONDS;

Deno.test("[9018_01] ServerCookies.judge() makes cookies with another key each day (RFC 9018 §5)", () => {
  const { time, judge } = setUp(SECRET, MIDNIGHT, SECOND_SECRET, THIRD_SECRET);
  for (const [days, secret] of [[0, SECRET], [1, SECOND_SECRET], [2, THIRD_SECRET], [1, SECOND_SECRET]] as const) {
    // Its first second and its last.
    for (const seconds of [days * DAY_SECONDS, (days + 1) * DAY_SECONDS - 1]) {
      time.nowSeconds = MIDNIGHT + seconds;
      const made = setUp(secret, time.nowSeconds).judge(CLIENT_COOKIE, CLIENT);
      assertEquals(judge(CLIENT_COOKIE, CLIENT), made, `after ${seconds} s`);
    }
  }
});

Deno.test("[9018_01] ServerCookies.judge() takes a cookie of yesterday to its end, and renews it with today's key", () => {
  const { time, judge } = setUp(SECRET, MIDNIGHT + DAY_SECONDS - 1, SECOND_SECRET);
  const old = judge(CLIENT_COOKIE, CLIENT).reply;
  time.nowSeconds += 1801;
  const renewed = judge(old, CLIENT);
  assert(renewed.isValid);
  assertEquals(renewed.reply, setUp(SECOND_SECRET, time.nowSeconds).judge(CLIENT_COOKIE, CLIENT).reply);
  assertEquals(judge(renewed.reply, CLIENT), renewed);
  assert(!judge(old, "198.51.100.101").isValid);
  time.nowSeconds += 1799;
  assert(judge(old, CLIENT).isValid);
  time.nowSeconds += 1;
  assert(!judge(old, CLIENT).isValid);
});

Deno.test("[9018_01] ServerCookies.judge() does not take what yesterday's key has made of today's time", () => {
  const { time, judge } = setUp(SECRET, MIDNIGHT, SECOND_SECRET);
  time.nowSeconds += DAY_SECONDS;
  const forged = setUp(SECRET, time.nowSeconds).judge(CLIENT_COOKIE, CLIENT).reply;
  assert(!judge(forged, CLIENT).isValid);
});

Deno.test("[9018_01] ServerCookies.judge() reckons time in 32 bits that begin anew in 2106", () => {
  const { time, judge } = setUp(SECRET, 0xffff_fff0);
  const { reply } = judge(CLIENT_COOKIE, CLIENT);
  time.nowSeconds += 60;
  assertEquals(judge(reply, CLIENT), { isValid: true, reply });
});

Deno.test("[9018_01] ServerCookies.judge() takes no cookie of another client, another address, or with any octet changed", () => {
  const { judge } = setUp(SECRET, MADE_AT);
  assert(judge(COOKIE, CLIENT).isValid);
  assert(!judge(COOKIE, "198.51.100.101").isValid);
  for (let i = 0; i < 24; i++) {
    const octets = hex(COOKIE);
    octets[i]! ^= 1;
    assert(!judge(octets.toHex(), CLIENT).isValid, `octet ${i}`);
  }
  for (const length of [16, 17, 23, 25, 40]) {
    assert(!judge(COOKIE.padEnd(80, "0").slice(0, 2 * length), CLIENT).isValid, `${length} octets`);
  }
});

Deno.test("[7873_01] isCookieLength() accepts 8 and 16 to 40", () => {
  const accepted = Array.from({ length: 50 }, (_, i) => i).filter(isCookieLength);
  assertEquals(accepted, [8, ...Array.from({ length: 25 }, (_, i) => 16 + i)]);
});
