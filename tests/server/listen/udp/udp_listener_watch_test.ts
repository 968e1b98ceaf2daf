import { assertEquals } from "@std/assert";
import type { Turns } from "../../../../lib/base/runtime.ts";
import { Counters } from "../../../../lib/observe/counters.ts";
import { Log } from "../../../../lib/observe/log.ts";
import { Pipeline } from "../../../../lib/server/pipeline.ts";
import { Server } from "../../../../lib/server/server.ts";
import { UdpListener } from "../../../../lib/server/listen/udp/udp_listener.ts";
import { decode } from "../../../../lib/wire/message.ts";
import { FakeWatchedSocket } from "../../../support/fake_batch.ts";
import { udp } from "../../../support/fake_socket.ts";
import { FakeTime, settled } from "../../../support/fake_time.ts";
import { question, wire } from "../../../support/messages.ts";
import { CLIENT_ADDRESS, responseTo, StubResolver } from "../../../support/resolving.ts";
import { policy } from "../../../support/serving.ts";

/** Somebody who waits for the sockets by himself: what is to be done at the end of his turn waits for `end`. */
class OwnTurns implements Turns {
  readonly #works: (() => void)[] = [];

  beginTurn(): void {
    throw new Error("the turn is another's already");
  }

  endTurn(): void {
    throw new Error("the turn is another's");
  }

  atTurnEnd(work: () => void): void {
    this.#works.push(work);
  }

  end(): void {
    for (const work of this.#works.splice(0)) work();
  }
}

/** A listener that runs on a socket which is watched. */
function setUp() {
  const socket = new FakeWatchedSocket(udp("127.0.0.1", 2053));
  const time = new FakeTime();
  const turns = new OwnTurns();
  const counters = new Counters();
  const lines: string[] = [];
  const log = new Log({ level: "debug", writeLine: (line) => void lines.push(line) });
  const resolver = new StubResolver((query) => responseTo(query));
  const server = new Server({
    pipeline: new Pipeline({ admission: policy(), resolver, timeoutMs: 2000, recursionAvailable: true }),
    clock: time,
    counters,
    log,
  });
  const listener = new UdpListener({ socket, server, clock: time, timers: time, turns, counters, log });
  const running = listener.run();
  const portion = (...ids: number[]): void => {
    socket.batch.portions.push(ids.map((id) => [queryWith(id), CLIENT_ADDRESS]));
  };
  const sentIds = () => socket.sent.map(({ octets }) => decode(octets).id);
  return { socket, turns, counters, lines, listener, running, portion, sentIds };
}

function queryWith(id: number): Uint8Array<ArrayBuffer> {
  return wire({ id, recursionDesired: true, questions: [question("a.example")] });
}

Deno.test("UdpListener answers when it is told that something has come, and the replies leave at the end of that turn", () => {
  const { socket, turns, listener, portion, sentIds } = setUp();
  portion(1, 2, 3, 4);
  portion(5);
  portion(6);
  socket.watcher!.onReadable();
  assertEquals(sentIds(), []);
  turns.end();
  // A batch that is not full was the last one.
  assertEquals([sentIds(), socket.batch.flushes, socket.batch.portions.length], [[1, 2, 3, 4, 5], [5], 1]);
  listener.close();
});

Deno.test("UdpListener lets others have their turn after some batches, however many there are", () => {
  const { socket, turns, listener, portion } = setUp();
  for (let i = 0; i < 9; i++) portion(1, 2, 3, 4);
  socket.watcher!.onReadable();
  turns.end();
  assertEquals(socket.batch.portions.length, 5);
  listener.close();
});

Deno.test("UdpListener.stop() watches its socket no more, and run() ends with close()", async () => {
  const { socket, listener, running } = setUp();
  assertEquals(socket.watcher === null, false);
  const stopped = listener.stop();
  assertEquals(socket.watcher, null);
  await stopped;
  await running;
  assertEquals(socket.isClosed, true);
});

Deno.test("UdpListener says that nothing can be received on a socket that it watches, and goes on", async () => {
  const { socket, turns, lines, listener, portion, sentIds } = setUp();
  socket.watcher!.onFailed(new Error("no such device"));
  portion(7);
  socket.watcher!.onReadable();
  turns.end();
  await settled();
  assertEquals(
    lines.filter((line) => line.includes("Cannot receive on 127.0.0.1:2053: Error: no such device")).length,
    1,
  );
  assertEquals(sentIds(), [7]);
  listener.close();
});
