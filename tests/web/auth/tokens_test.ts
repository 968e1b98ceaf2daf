import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { isSameSecret } from "../../../lib/base/random/digests.ts";
import { loadDigests } from "../../../lib/system/digests.ts";
import { digestOf, drawToken, findToken, readTokens, tokenLine } from "../../../lib/web/auth/tokens.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const DIGESTS = await loadDigests();

Deno.test("loadDigests() has SHA-256 and HMAC as FIPS 180-4 and RFC 4231 have them", () => {
  const ascii = (text: string) => new TextEncoder().encode(text);
  assertEquals(
    DIGESTS.sha256(ascii("abc")).toHex(),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  assertEquals(
    DIGESTS.hmacSha256(ascii("Jefe"), ascii("what do ya want for nothing?")).toHex(),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

Deno.test("readTokens() reads tokens and digests, and says of other lines what is wrong without repeating them", () => {
  const token = drawToken(new SeededRandom(1));
  const digest = digestOf(token, DIGESTS);
  const { tokens, problems } = readTokens(
    [
      "# a remark",
      "",
      `first admin ${token}`,
      `  grafana\tread sha256:${digest.toHex()}  # for the board\r`,
      `old read ${digest.toHex().toUpperCase()}`,
      "first read whatever-whatever-whatever-whatever",
      "short admin hunter2",
      "root root dnsf_whatever-whatever-whatever-whatever",
      "bad/name read dnsf_whatever-whatever-whatever-whatever",
      "two",
      "blank read dnsf_whatever whatever-whatever-whatever-whatever",
      "quoted read 'dnsf_whatever-whatever-whatever-whatever'",
    ].join("\n"),
    DIGESTS,
  );
  assertEquals(tokens.map(({ name, scope }) => `${name} ${scope}`), ["first admin", "grafana read", "old read"]);
  for (const one of tokens) assertEquals(one.digest, digest);
  assertEquals(problems.map((problem) => Number(/^line (\d+): /.exec(problem)![1])), [6, 7, 8, 9, 10, 11, 12]);
  assert(problems.every((problem) => !/whatever|hunter/.test(problem)));
  assertEquals(readTokens(`${tokenLine(tokens[0]!)}\n`, DIGESTS).tokens, [tokens[0]!]);
});

Deno.test("drawToken() draws 32 octets, another one each time, and scanners know it by its beginning", () => {
  const random = new SeededRandom(2);
  const [one, other] = [drawToken(random), drawToken(random)];
  assertMatch(one, /^dnsf_[A-Za-z0-9_-]{43}$/);
  assertNotEquals(one, other);
});

Deno.test("findToken() finds the one whose text it is, and no other", () => {
  const { tokens } = readTokens(`a read ${"a".repeat(32)}\nb admin ${"b".repeat(32)}\n`, DIGESTS);
  assertEquals(findToken(tokens, "b".repeat(32), DIGESTS)?.name, "b");
  for (const text of ["", "b".repeat(31), "b".repeat(33), "B".repeat(32), tokens[0]!.digest.toHex()]) {
    assertEquals(findToken(tokens, text, DIGESTS), null, text);
  }
  assertEquals(findToken([], "b".repeat(32), DIGESTS), null);
});

Deno.test("isSameSecret() compares all octets and the length", () => {
  const octets = (...all: number[]) => Uint8Array.from(all);
  assert(isSameSecret(octets(), octets()) && isSameSecret(octets(1, 2), octets(1, 2)));
  for (const other of [octets(1), octets(1, 3), octets(0, 2), octets(1, 2, 0)]) {
    assert(!isSameSecret(octets(1, 2), other));
  }
});
