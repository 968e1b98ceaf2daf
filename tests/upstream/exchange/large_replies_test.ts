import { assertEquals } from "@std/assert";
import { LARGE_REPLIES_MAX, LARGE_REPLY_MS, LargeReplies } from "../../../lib/upstream/exchange/large_replies.ts";
import { requestFor } from "../../support/upstream_rig.ts";

const REQUEST = requestFor("example.org TXT");

Deno.test("[7766_08] LargeReplies.has() is true for a question that was noted, in any letter case, for five minutes", () => {
  const large = new LargeReplies();
  assertEquals(large.has(REQUEST, 0), false);
  large.note(REQUEST, 3000, 0);
  assertEquals([REQUEST, requestFor("EXAMPLE.org TXT")].map((request) => large.has(request, 1)), [true, true]);
  assertEquals([LARGE_REPLY_MS - 1, LARGE_REPLY_MS].map((nowMs) => large.has(REQUEST, nowMs)), [true, false]);
  assertEquals(LARGE_REPLY_MS, 300_000);
});

Deno.test("LargeReplies.has() is false for another name, type or class, and for DO where that was not asked for", () => {
  const large = new LargeReplies();
  large.note(REQUEST, 3000, 0);
  // Type 16 is TXT; 0x41 and 0x61 fold alike, yet are no letters where a type stands.
  large.note(requestFor("example.org TYPE65"), 3000, 0);
  const others = ["example.com TXT", "example.org A", "example.org TXT 3", "example.org TYPE97"].map((text) =>
    requestFor(text)
  );
  for (const other of [...others, { ...REQUEST, wantsDnssec: true }]) assertEquals(large.has(other, 1), false);
});

Deno.test("LargeReplies.has() is false for who could not use so large a reply", () => {
  const large = new LargeReplies();
  large.note(REQUEST, 3000, 0);
  assertEquals([2999, 3000].map((usefulOctetsMax) => large.has({ ...REQUEST, usefulOctetsMax }, 1)), [false, true]);
});

Deno.test("LargeReplies.forget() forgets one question alone", () => {
  const large = new LargeReplies();
  const other = requestFor("example.com TXT");
  for (const request of [REQUEST, other]) large.note(request, 3000, 0);
  large.forget(REQUEST);
  assertEquals([REQUEST, other].map((request) => large.has(request, 1)), [false, true]);
});

Deno.test("LargeReplies keeps 1,024 questions; what was noted longest ago makes room", () => {
  const large = new LargeReplies();
  const requests = Array.from({ length: LARGE_REPLIES_MAX + 1 }, (_, i) => requestFor(`n${i}.example.org TXT`));
  for (const request of requests.slice(0, -1)) large.note(request, 3000, 0);
  // The first one is noted again, so that the second one is the oldest.
  large.note(requests[0]!, 3000, 0);
  large.note(requests.at(-1)!, 3000, 0);
  assertEquals([LARGE_REPLIES_MAX, requests.filter((request) => !large.has(request, 1))], [1024, [requests[1]!]]);
});
