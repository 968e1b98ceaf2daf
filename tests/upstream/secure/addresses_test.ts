import { assertEquals, assertRejects } from "@std/assert";
import { Addresses, type Family, type FoundAddresses } from "../../../lib/upstream/secure/addresses.ts";
import { FakeTime, settled } from "../../support/fake_time.ts";

const SIX = { addresses: ["2001:db8::1"], ttlSeconds: 300 };
const FOUR = { addresses: ["192.0.2.1"], ttlSeconds: 600 };
const NONE = { addresses: [], ttlSeconds: Infinity };

/** Addresses that the test finds. */
function rig(given: readonly string[] = []) {
  const time = new FakeTime();
  const asked: [Family, PromiseWithResolvers<FoundAddresses>][] = [];
  const find = (family: Family) => {
    const finding = Promise.withResolvers<FoundAddresses>();
    asked.push([family, finding]);
    return finding.promise;
  };
  const addresses = new Addresses({ given, find, clock: time, timers: time });
  const answer = async (...found: (FoundAddresses | Error)[]) => {
    for (const [i, one] of found.entries()) {
      const [, finding] = asked.at(i - found.length)!;
      if (one instanceof Error) finding.reject(one);
      else finding.resolve(one);
    }
    await settled();
  };
  return { time, asked, addresses, answer };
}

Deno.test("[8305_01] Addresses asks for both families at once, and waits for both", async () => {
  const { asked, addresses, answer } = rig();
  const got = addresses.get();
  assertEquals(asked.map(([family]) => family), ["ipv6", "ipv4"]);
  await answer(SIX, FOUR);
  assertEquals(await got, ["2001:db8::1", "192.0.2.1"]);
});

Deno.test("Addresses waits 50 ms for the other family, and takes it when it comes later", async () => {
  const { time, asked, addresses } = rig();
  const got = addresses.get();
  asked[1]![1].resolve(FOUR);
  await time.passAndSettle(50);
  assertEquals(await got, ["192.0.2.1"]);
  asked[0]![1].resolve(SIX);
  await settled();
  assertEquals(addresses.known, ["2001:db8::1", "192.0.2.1"]);
});

Deno.test("Addresses goes on with the family that there is", async () => {
  const { addresses, answer } = rig();
  const got = addresses.get();
  await answer(new Error("silence"), FOUR);
  assertEquals(await got, ["192.0.2.1"]);
});

Deno.test("Addresses says why there are none, and asks again later and later", async () => {
  const { time, asked, addresses, answer } = rig();
  for (const [count, afterMs] of [[2, 1000], [4, 2000], [6, 4000]] as const) {
    const got = addresses.get();
    got.catch(() => {});
    assertEquals(asked.length, count);
    await answer(new Error("There is no dns.example"), new Error("There is no dns.example"));
    await assertRejects(() => got, Error, "There is no dns.example");
    await assertRejects(() => addresses.get(), Error, "There is no dns.example");
    await time.passAndSettle(afterMs);
  }
});

Deno.test("Addresses asks again when their time is over, waits for nobody, and keeps them for ever", async () => {
  const { time, asked, addresses, answer } = rig();
  addresses.get();
  await answer(SIX, FOUR);
  await time.passAndSettle(299_000);
  await addresses.get();
  assertEquals(asked.length, 2);
  await time.passAndSettle(2000);
  assertEquals(await addresses.get(), ["2001:db8::1", "192.0.2.1"]);
  assertEquals(asked.length, 4);
  await answer(new Error("silence"), NONE);
  assertEquals(addresses.known, ["2001:db8::1", "192.0.2.1"]);
  await time.passAndSettle(86_400_000);
  addresses.get();
  await answer(NONE, { addresses: ["192.0.2.9"], ttlSeconds: 1 });
  assertEquals(addresses.known, ["2001:db8::1", "192.0.2.9"]);
});

Deno.test("Addresses asks no more often than once a minute, however short their time is", async () => {
  const { time, asked, addresses, answer } = rig();
  addresses.get();
  await answer(NONE, { addresses: ["192.0.2.1"], ttlSeconds: 0 });
  await time.passAndSettle(59_000);
  await addresses.get();
  assertEquals(asked.length, 2);
  addresses.doubt();
  await addresses.get();
  assertEquals(asked.length, 4);
});

Deno.test("Addresses that the operator has given come first, and are there at once", async () => {
  const { asked, addresses, answer } = rig(["203.0.113.1"]);
  assertEquals(await addresses.get(), ["203.0.113.1"]);
  assertEquals(asked.length, 2);
  await answer(SIX, FOUR);
  assertEquals(addresses.known, ["203.0.113.1", "2001:db8::1", "192.0.2.1"]);
  const alone = new Addresses({ given: ["203.0.113.1"], find: null, clock: new FakeTime(), timers: new FakeTime() });
  assertEquals(await alone.get(), ["203.0.113.1"]);
});
