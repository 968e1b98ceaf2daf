import { assertEquals } from "@std/assert";
import type { SocketAddress } from "../../../../lib/base/net/address.ts";
import { Counters } from "../../../../lib/observe/counters.ts";
import { Log } from "../../../../lib/observe/log.ts";
import { SingleSender } from "../../../../lib/server/listen/udp/single_sender.ts";
import { FakeSocket, udp } from "../../../support/fake_socket.ts";
import { settled } from "../../../support/fake_time.ts";
import { CLIENT_ADDRESS } from "../../../support/resolving.ts";

const OTHER_CLIENT = udp("198.51.100.8", 40_001);

/** A socket that reads what it was given only when the test lets it: as late as a kernel may. */
class SlowSocket extends FakeSocket {
  readonly #waiting: (() => void)[] = [];

  override send(octets: Uint8Array<ArrayBuffer>, to: SocketAddress): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise.then(() => super.send(octets, to));
  }

  async letGo(): Promise<void> {
    this.#waiting.splice(0).forEach((resolve) => resolve());
    await settled();
  }
}

function setUp() {
  const socket = new SlowSocket();
  const counters = new Counters();
  const lines: string[] = [];
  const log = new Log({ level: "debug", writeLine: (line) => void lines.push(line) });
  const sender = new SingleSender({ socket, counters, log });
  /** Writes a reply into the slot of the moment, as `finish` does. */
  const sendInSlot = (octet: number, client = CLIENT_ADDRESS) => {
    const reply = sender.slot.first(2);
    reply.fill(octet);
    sender.send(reply, client);
  };
  const sent = () => socket.sent.map(({ octets, to }) => [octets[0], to]);
  return { socket, counters, lines, sender, sendInSlot, sent };
}

Deno.test("SingleSender.send() has copied a reply that is only lent before it returns", async () => {
  const { socket, sender, sent } = setUp();
  const lent = new Uint8Array([1, 1]);
  sender.send(lent, CLIENT_ADDRESS);
  lent.fill(0xee);
  sender.flush();
  await socket.letGo();
  assertEquals(sent(), [[1, CLIENT_ADDRESS]]);
});

Deno.test("SingleSender.slot is another one for each reply until those before have left", async () => {
  const { socket, sender, sendInSlot, sent } = setUp();
  sendInSlot(1);
  sendInSlot(2, OTHER_CLIENT);
  sender.flush();
  sendInSlot(3);
  sender.flush();
  await socket.letGo();
  assertEquals(sent(), [[1, CLIENT_ADDRESS], [2, OTHER_CLIENT], [3, CLIENT_ADDRESS]]);
});

Deno.test("SingleSender.slot is taken once another reply has left before the one that it was meant for", () => {
  const { sender } = setUp();
  const { slot } = sender;
  assertEquals(slot.isTaken, false);
  sender.send(new Uint8Array([9]), OTHER_CLIENT);
  assertEquals([slot.isTaken, sender.slot.isTaken], [true, false]);
});

Deno.test("SingleSender.sendNext() sends what waits one by one, and what flush() has sent no more", async () => {
  const { socket, sender, sendInSlot, sent } = setUp();
  sendInSlot(1);
  sendInSlot(2);
  const sending = sender.sendNext();
  sender.flush();
  sendInSlot(3);
  await socket.letGo();
  await sending;
  sender.sent(null);
  assertEquals(sent(), [[1, CLIENT_ADDRESS], [2, CLIENT_ADDRESS]]);
  const next = sender.sendNext();
  await socket.letGo();
  await next;
  sender.sent(null);
  assertEquals([sent().at(-1), sender.sendNext()], [[3, CLIENT_ADDRESS], null]);
});

Deno.test("SingleSender counts each reply once: as sent, or as not to be sent, with a line for whoever wants to know", async () => {
  const { socket, counters, lines, sender, sendInSlot } = setUp();
  sendInSlot(1);
  sender.flush();
  await socket.letGo();
  socket.sendError = new Error("No route to host");
  sendInSlot(2);
  sender.flush();
  await socket.letGo();
  sendInSlot(3);
  sender.sendNext()!.catch(() => {});
  sender.sent(socket.sendError);
  await socket.letGo();
  assertEquals([counters.replied, counters.unsendable, lines.length], [1, 2, 2]);
});

Deno.test("SingleSender.idle() resolves when every reply has left, those included that only wait", async () => {
  const { socket, sender, sendInSlot } = setUp();
  await sender.idle();
  sendInSlot(1);
  let isIdle = false;
  const idle = sender.idle().then(() => isIdle = true);
  await settled();
  assertEquals(isIdle, false);
  sender.flush();
  await socket.letGo();
  await idle;
});
