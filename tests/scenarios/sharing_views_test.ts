// Whose answers are shared: those of clients who are given the same ones, and of nobody else.

import { assertEquals } from "@std/assert";
import type { UpstreamGroupConfig } from "../../lib/config/policy.ts";
import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import { question } from "../support/messages.ts";
import { policyOf, upstreamGroupOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";

const [FIRST, SECOND] = ["203.0.113.53", "203.0.113.54"];
const [ALICE, BOB] = ["198.51.100.7", "203.0.113.7"];
const ZONES = [1, 2].map((i) => recordZone(`shared.example.org 300 IN A 192.0.2.${i}`));

/** Groups, and those of them that give the same answers: one letter for each kind of answer. */
const GROUPS: readonly (readonly [kind: string, group: UpstreamGroupConfig])[] = [
  ["a", upstreamGroupOf("default", [FIRST])],
  ["a", upstreamGroupOf("called otherwise", [FIRST])],
  ["a", upstreamGroupOf("in another manner", [FIRST], { strategy: "random", timeoutMs: 1000, sockets: 8 })],
  ["a", upstreamGroupOf("without cookies and letter case", [FIRST], { asksWithCookies: false, randomizesCase: false })],
  ["b", upstreamGroupOf("another server", [SECOND])],
  ["c", upstreamGroupOf("both", [FIRST, SECOND])],
  ["c", upstreamGroupOf("both in another order", [SECOND, FIRST])],
  ["d", upstreamGroupOf("with a fallback", [FIRST], { fallback: "another server" })],
  ["e", upstreamGroupOf("with another fallback", [FIRST], { fallback: "both" })],
  ["f", upstreamGroupOf("failing over", [FIRST], { failoverOn: [RCODE.SERVFAIL, RCODE.NOTIMP] })],
  ["f", upstreamGroupOf("failing over on the same", [FIRST], { failoverOn: [RCODE.NOTIMP, RCODE.SERVFAIL] })],
  ["g", upstreamGroupOf("not trusted", [FIRST], { trustsAd: false })],
];

/** A scene in which Alice is given the answers of one group, and Bob those of another. */
function setUp(ofAlice: string, ofBob: string) {
  const policy = policyOf({
    upstreams: {},
    clients: {
      alice: { addresses: [`${ALICE}/32`], upstream: ofAlice, dropTypes: [TYPE.MX] },
      bob: { addresses: [`${BOB}/32`], upstream: ofBob },
    },
  });
  const upstreamGroups = GROUPS.map(([, group]) => group);
  return new Scene({ zones: ZONES, config: { cacheSizeMib: 1, policy: { ...policy, upstreamGroups } } });
}

for (const [kindOfAlice, { name: ofAlice }] of GROUPS) {
  for (const [kindOfBob, { name: ofBob }] of GROUPS) {
    if (ofAlice >= ofBob) continue;
    const isShared = kindOfAlice === kindOfBob;
    Deno.test(`clients of "${ofAlice}" and of "${ofBob}" share ${isShared ? "" : "no "}answers`, async () => {
      const scene = setUp(ofAlice, ofBob);
      const ask = async (...hostnames: readonly string[]) => {
        for (const hostname of hostnames) scene.client(hostname).ask([question("shared.example.org")]);
        await scene.pass(200);
        return scene.upstreams.reduce((sum, { queries }) => sum + queries.splice(0).length, 0);
      };
      assertEquals([await ask(ALICE), await ask(BOB), await ask(ALICE, BOB)], [1, isShared ? 0 : 1, 0]);
      // Each group asks in its own manner, and for as long as it may.
      await scene.pass(301_000);
      assertEquals(await ask(ALICE, BOB), 2);
      await scene.settle();
    });
  }
}
