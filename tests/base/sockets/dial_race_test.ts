import { assertEquals, assertRejects } from "@std/assert";
import { DialError, familiesInTurn, firstConnected, NEXT_DIAL_MS } from "../../../lib/base/sockets/dial_race.ts";
import { FakeTime, settled } from "../../support/fake_time.ts";

/** A race to addresses whose connections the test makes. */
function race(addresses: readonly string[]) {
  const time = new FakeTime();
  const controller = new AbortController();
  const dials = new Map<string, PromiseWithResolvers<string>>();
  const aborted: string[] = [];
  const discarded: string[] = [];
  const connected = firstConnected(addresses, {
    timers: time,
    signal: controller.signal,
    connect: (address, signal) => {
      const dial = Promise.withResolvers<string>();
      dials.set(address, dial);
      signal.addEventListener("abort", () => aborted.push(address));
      return dial.promise;
    },
    discard: (address) => void discarded.push(address),
  });
  connected.catch(() => {});
  return { time, controller, dials, aborted, discarded, connected };
}

Deno.test("firstConnected() tries the next address a quarter of a second later, and takes the first that answers", async () => {
  const { time, dials, aborted, discarded, connected } = race(["a", "b", "c"]);
  await time.passAndSettle(NEXT_DIAL_MS - 1);
  assertEquals([...dials.keys()], ["a"]);
  await time.passAndSettle(1);
  assertEquals([...dials.keys()], ["a", "b"]);
  dials.get("b")!.resolve("b");
  assertEquals(await connected, "b");
  assertEquals(aborted, ["a", "b"]);
  dials.get("a")!.resolve("a");
  await settled();
  assertEquals([discarded, time.armedCount], [["a"], 0]);
});

Deno.test("firstConnected() tries the next address at once when one fails, and tells what became of all", async () => {
  const { time, dials, connected } = race(["a", "b"]);
  dials.get("a")!.reject(new Error("refused"));
  await settled();
  assertEquals([...dials.keys()], ["a", "b"]);
  dials.get("b")!.reject(new Error("unreachable"));
  const { causes } = await assertRejects(() => connected, DialError, "unreachable");
  assertEquals([causes.map((cause) => (cause as Error).message), time.armedCount], [["refused", "unreachable"], 0]);
});

Deno.test("firstConnected() waits for those before when the last one has failed", async () => {
  const { time, dials, connected } = race(["a", "b"]);
  await time.passAndSettle(NEXT_DIAL_MS);
  dials.get("b")!.reject(new Error("refused"));
  await settled();
  dials.get("a")!.resolve("a");
  assertEquals(await connected, "a");
});

Deno.test("firstConnected() ends with its signal, and without addresses", async () => {
  const { time, controller, aborted, connected } = race(["a"]);
  controller.abort(new Error("enough"));
  await assertRejects(() => connected, Error, "enough");
  assertEquals([aborted, time.armedCount], [["a"], 0]);
  await assertRejects(() => race([]).connected, DialError, "there is no address");
});

Deno.test("familiesInTurn() takes one of each family in turn, IPv6 first or last", () => {
  const addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1"];
  assertEquals(familiesInTurn(addresses), ["2001:db8::1", "192.0.2.1", "192.0.2.2"]);
  assertEquals(familiesInTurn(addresses, true), ["192.0.2.1", "2001:db8::1", "192.0.2.2"]);
});
