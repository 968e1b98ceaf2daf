import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Deferred, DeferredOctets, deliver, type Sink } from "../../lib/base/deferred.ts";

/** A receiver that notes what it is told; `arrived` throws `fault` if there is one. */
function receiver<T>(fault?: Error): Sink<T> & { told: unknown[] } {
  const told: unknown[] = [];
  return {
    told,
    arrived(value) {
      told.push(value);
      if (fault !== undefined) throw fault;
    },
    failed: (error) => void told.push(error),
  };
}

const ERROR = new Error("nothing came");

Deno.test("Deferred gives what arrives to its receiver before arrived() returns, once", () => {
  const later = new Deferred<number>();
  const to = receiver<number>();
  later.deliverTo(to);
  assertEquals([later.isSettled, to.told], [false, []]);
  later.arrived(1);
  assertEquals([later.isSettled, to.told], [true, [1]]);
  later.arrived(2);
  later.failed(ERROR);
  assertEquals(to.told, [1]);
});

Deno.test("Deferred keeps what came before there was a receiver", () => {
  for (
    const come of [
      (later: Deferred<unknown>) => later.arrived(ERROR),
      (later: Deferred<unknown>) => later.failed(ERROR),
    ]
  ) {
    const later = new Deferred<unknown>();
    come(later);
    const to = receiver();
    later.deliverTo(to);
    assertEquals(to.told, [ERROR]);
  }
});

Deno.test("Deferred tells a receiver that cannot cope with the value that it has failed, and nobody else", () => {
  const later = new Deferred<number>();
  const to = receiver<number>(ERROR);
  later.deliverTo(to);
  later.arrived(1);
  assertEquals(to.told, [1, ERROR]);
});

Deno.test("Deferred that nobody receives fails quietly", () => {
  new Deferred<number>().failed(ERROR);
});

Deno.test("Deferred can be awaited, before and after it is settled, more than once", async () => {
  const later = new Deferred<number>();
  const before = later.then((value) => value + 1);
  later.arrived(1);
  assertEquals([await before, await later, await later], [2, 1, 1]);
  const failing = new Deferred<number>();
  const caught = failing.catch((error) => error);
  failing.failed(ERROR);
  assertStrictEquals(await caught, ERROR);
  await assertRejects(() => Promise.resolve(failing), Error, "nothing came");
});

Deno.test("DeferredOctets lends its octets to a receiver, and copies them for who awaits them or comes late", async () => {
  const octets = new Uint8Array([1, 2, 3]);
  const lent = new DeferredOctets();
  const to = receiver<Uint8Array>();
  lent.deliverTo(to);
  lent.arrived(octets);
  assertStrictEquals(to.told[0], octets);

  const awaited = new DeferredOctets();
  const promise = awaited.then((value) => value);
  awaited.arrived(octets);
  const late = new DeferredOctets();
  late.arrived(octets);
  octets.fill(9);
  assertEquals([await promise, await late], [new Uint8Array([1, 2, 3]), new Uint8Array([1, 2, 3])]);
});

Deno.test("deliver() gives what a Deferred or a promise brings, and what a receiver throws to its failed()", async () => {
  for (const make of [later, Promise.resolve.bind(Promise)]) {
    const to = receiver<number>(ERROR);
    deliver(make(1) as PromiseLike<number>, to);
    await null;
    assertEquals(to.told, [1, ERROR]);
  }
  const to = receiver<number>();
  deliver(Promise.reject(ERROR), to);
  await null;
  assertEquals(to.told, [ERROR]);
});

function later(value: number): Deferred<number> {
  const later = new Deferred<number>();
  later.arrived(value);
  return later;
}
