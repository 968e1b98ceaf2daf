import { assertEquals } from "@std/assert";
import { Reactor } from "../../../lib/native/reactor/reactor.ts";
import { FakeSet, type Wait } from "../../support/fake_set.ts";
import { FakeTime, settled } from "../../support/fake_time.ts";

const GUEST = 3;
const SOCKET = 7;
const OTHER = 8;

/** A reactor that waits as `script` says; at its end it is closed. */
function setUp(script: Wait[], { isHeard = (): boolean => true } = {}) {
  const time = new FakeTime(1000);
  const faults: unknown[] = [];
  const lent: string[] = [];
  const turns: string[] = [];
  const readable: PromiseWithResolvers<void>[] = [];
  let guestTurns = 0;
  const set = new FakeSet(time, script, () => reactor.close());
  const guestTimers = new FakeTime();
  const reactor = new Reactor({
    set,
    clock: {
      nowMs: () => time.nowMs(),
      beginTurn: () => void turns.push("begin"),
      endTurn: () => void turns.push("end"),
    },
    guest: {
      descriptor: GUEST,
      takeTurn: () => {
        guestTurns++;
        turns.push("guest");
        return Promise.resolve(isHeard());
      },
      awaitReadable: () => {
        const waiting = Promise.withResolvers<void>();
        readable.push(waiting);
        return waiting.promise;
      },
      timers: guestTimers,
      close: () => void turns.push("closed"),
    },
    onFault: (error) => void faults.push(error),
    onLent: (why) => void lent.push(why),
  });
  return { time, set, reactor, faults, lent, turns, readable, guestTimers, guestTurns: () => guestTurns };
}

Deno.test("Reactor tells who is ready, then what has gathered leaves, in one turn", async () => {
  const { reactor, turns } = setUp([[SOCKET, OTHER]]);
  const told: string[] = [];
  reactor.add(SOCKET, 1, {
    onReady: () => {
      turns.push("socket");
      reactor.atTurnEnd(() => {
        turns.push("leaves");
        reactor.atTurnEnd(() => void turns.push("leaves, too"));
      });
    },
  });
  reactor.add(OTHER, 1, { onReady: () => void turns.push("other") });
  reactor.own();
  await settled();
  assertEquals(told, []);
  assertEquals(turns.slice(0, 6), ["begin", "socket", "other", "leaves", "leaves, too", "end"]);
});

Deno.test("Reactor.atTurnEnd() is a microtask where Deno has the thread", async () => {
  const { reactor } = setUp([]);
  const done: string[] = [];
  reactor.atTurnEnd(() => void done.push("work"));
  assertEquals(done, []);
  await null;
  assertEquals(done, ["work"]);
});

Deno.test("Reactor.remove() holds for what the same turn has found already", async () => {
  const { reactor, set, faults } = setUp([[SOCKET, OTHER]]);
  const told: number[] = [];
  reactor.add(SOCKET, 1, {
    onReady: () => {
      told.push(SOCKET);
      reactor.remove(OTHER);
    },
  });
  reactor.add(OTHER, 1, { onReady: () => void told.push(OTHER) });
  reactor.own();
  await settled();
  assertEquals([told, [...set.members.keys()], faults], [[SOCKET], [GUEST, SOCKET], []]);
});

Deno.test("Reactor gives Deno a turn when its queue has something, and further ones for what follows from it", async () => {
  const { reactor, set, guestTurns } = setUp([[GUEST], [], [], [], [], []]);
  reactor.own();
  await settled();
  // The first one of all comes at once; see `GuestTurns`.
  assertEquals([guestTurns(), set.waits.slice(0, 6)], [6, [0, 0, 0, 1, 5, 1000]]);
});

Deno.test("Reactor gives Deno a turn after 100 ms of work without a pause", async () => {
  const busy = Array.from({ length: 250 }, () => () => {
    time.pass(1);
    return [SOCKET];
  });
  const { time, reactor, guestTurns } = setUp([[], ...busy]);
  reactor.add(SOCKET, 1, { onReady: () => {} });
  reactor.own();
  for (let i = 0; i < 20; i++) await settled();
  assertEquals(guestTurns(), 1 + 2);
});

Deno.test("Reactor gives promises that were left to it a turn of Deno before it waits, and others when nothing comes", async () => {
  const { reactor, set, guestTurns } = setUp([
    [],
    () => {
      isLeft = true;
      return [SOCKET];
    },
    [],
    [],
    [],
    [],
    () => {
      isLeft = false;
      return [SOCKET];
    },
    [],
  ]);
  let isLeft = false;
  reactor.add(SOCKET, 1, { onReady: () => isLeft && reactor.leave() });
  reactor.own();
  await settled();
  // Left: at once, and further ones. Not left: when 10 ms have brought nothing.
  assertEquals(set.waits.slice(0, 8), [0, 1000, 0, 0, 1, 5, 1000, 10]);
  assertEquals(guestTurns(), 7);
});

Deno.test("Reactor calls timers at their time, and waits for no longer than that", async () => {
  const { time, reactor, set } = setUp([[], [], [], []]);
  const called: [string, number][] = [];
  reactor.timers.start(5, () => void called.push(["five", time.nowMs()]));
  const cancel = reactor.timers.start(6, () => void called.push(["six", time.nowMs()]));
  reactor.timers.start(7.5, () => {
    called.push(["seven", time.nowMs()]);
    reactor.timers.start(0, () => void called.push(["at once", time.nowMs()]));
  });
  cancel();
  reactor.own();
  await settled();
  assertEquals(called, [["five", 1005], ["seven", 1008], ["at once", 1008]]);
  assertEquals(set.waits.slice(0, 4), [0, 5, 3, 0]);
});

Deno.test("Reactor goes on behind a handler, a timer and a work that throw", async () => {
  const { reactor, faults } = setUp([[], [SOCKET, OTHER], []]);
  const told: number[] = [];
  const throwing = (what: string) => () => {
    throw new Error(what);
  };
  reactor.timers.start(0, throwing("timer"));
  reactor.add(SOCKET, 1, {
    onReady: () => {
      reactor.atTurnEnd(throwing("work"));
      throw new Error("handler");
    },
  });
  reactor.add(OTHER, 1, { onReady: () => void told.push(OTHER) });
  reactor.own();
  await settled();
  assertEquals([faults.map((fault) => (fault as Error).message), told], [["timer", "handler", "work"], [OTHER]]);
});

Deno.test("Reactor gives the loop back when three messages to Deno in a row are lost, says it once, and goes on", async () => {
  const heard = [true, false, true, false, false, false];
  const script: Wait[] = heard.map(() => [GUEST]);
  const { reactor, set, lent, turns, readable, guestTimers } = setUp([...script, [SOCKET], [SOCKET], []], {
    isHeard: () => heard.shift()!,
  });
  const told: number[] = [];
  reactor.add(SOCKET, 1, { onReady: () => void told.push(SOCKET) });
  const called: string[] = [];
  reactor.timers.start(60_000, () => void called.push("moved"));
  reactor.own();
  await settled();
  assertEquals([reactor.isOwner, reactor.lostCount, lent], [false, 4, [
    "3 messages to the runtime in a row were lost",
  ]]);
  assertEquals([set.members.has(GUEST), turns.at(-1), guestTimers.armedCount], [false, "closed", 1]);
  // Its thread pool waits now.
  for (let i = 0; i < 2; i++) {
    assertEquals([readable.length, told.length], [i + 1, i]);
    readable.at(-1)!.resolve();
    await settled();
  }
  guestTimers.pass(60_000);
  assertEquals([told.length, called], [2, ["moved"]]);
  reactor.timers.start(1, () => void called.push("Deno's"));
  assertEquals(guestTimers.armedCount, 1);
  reactor.close();
});
