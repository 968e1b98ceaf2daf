import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AddressInUseError } from "../../../lib/base/runtime.ts";
import { udp } from "../../support/fake_socket.ts";
import { HAS_IPV6, nativeTest } from "../../support/native.ts";
import { ReactorRig, watched } from "../../support/reactor_rig.ts";
import { openPlain } from "../../support/plain_socket.ts";

const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
const octets = (text: string) => new TextEncoder().encode(text);

for (const hostname of ["127.0.0.1", "::1", "0.0.0.0", "::"]) {
  nativeTest(
    `OwnSocket at ${hostname} tells its watcher what comes, and replies leave from where they were asked`,
    async () => {
      using rig = new ReactorRig();
      const listening = rig.open(hostname);
      const asking = rig.open(hostname.includes(":") ? "::1" : "127.0.0.1", "upstreams");
      const to = udp(asking.address.hostname, listening.address.port);
      const questions = watched(listening, 3);
      for (const question of ["a", "b", "c"]) await asking.send(octets(question), to);
      const taken = await questions;
      assertEquals(taken.map(([question]) => question), ["a", "b", "c"]);
      const answers = watched(asking, 3);
      for (const [question, peer] of taken) listening.batch.queue(octets(question.toUpperCase()), peer);
      assertEquals(listening.batch.flush(), 0);
      assertEquals((await answers).map(([answer, { hostname, port }]) => [answer, hostname, port]), [
        ["A", to.hostname, to.port],
        ["B", to.hostname, to.port],
        ["C", to.hostname, to.port],
      ]);
    },
    { ignore: hostname.includes(":") && !HAS_IPV6 },
  );
}

nativeTest("OwnSocket.watch() tells again what was not taken, and nothing when it has ended", async () => {
  using rig = new ReactorRig();
  const listening = rig.open("127.0.0.1");
  const asking = rig.open("127.0.0.1", "upstreams");
  for (const question of ["a", "b"]) await asking.send(octets(question), listening.address);
  const buffer = new Uint8Array(512);
  // One at a time: each `receive` begins to watch anew, and leaves the other where it is.
  assertEquals(text((await listening.receive(buffer))[0]), "a");
  assertEquals(text((await listening.receive(buffer))[0]), "b");
  const waiting = listening.receive(buffer);
  listening.close();
  await assertRejects(() => waiting, Error, "The socket is closed");
  await assertRejects(() => listening.receive(buffer), Error, "The socket is closed");
});

nativeTest("OwnSocket may be closed while it is told, and the others of the same turn hear all the same", async () => {
  using rig = new ReactorRig();
  const first = rig.open("127.0.0.1");
  const second = rig.open("127.0.0.1");
  const asking = rig.open("127.0.0.1", "upstreams");
  let told = 0;
  for (const socket of [first, second]) {
    socket.watch({
      onReadable: () => {
        told++;
        socket.close();
      },
      onFailed: () => {},
    });
    await asking.send(octets("x"), socket.address);
  }
  const third = rig.open("127.0.0.1");
  await asking.send(octets("last"), third.address);
  await watched(third, 1);
  assertEquals([told, rig.faults], [2, []]);
});

nativeTest("OwnSocket tells a watcher that throws what it has thrown, and goes on", async () => {
  using rig = new ReactorRig();
  const listening = rig.open("127.0.0.1");
  const asking = rig.open("127.0.0.1", "upstreams");
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const stop = listening.watch({
    onReadable: () => {
      listening.batch.receive();
      throw new Error("a fault of ours");
    },
    onFailed: resolve,
  });
  await asking.send(octets("a"), listening.address);
  assertEquals((await promise as Error).message, "a fault of ours");
  stop();
  await asking.send(octets("b"), listening.address);
  assertEquals((await watched(listening, 1))[0]![0], "b");
});

nativeTest("NativeIo with a reactor throws what the plain way throws for a port that is taken", () => {
  using rig = new ReactorRig();
  const taken = rig.open("127.0.0.1");
  assertThrows(() => rig.open("127.0.0.1", "clients", taken.address.port), Error);
  const plain = openPlain(udp("127.0.0.1", 0));
  assertThrows(() => rig.open("127.0.0.1", "clients", plain.address.port), Error);
  plain.close();
  assertEquals(AddressInUseError.name, "AddressInUseError");
});

nativeTest("NativeIo with a reactor lets several have one address, until all but one have left", async () => {
  using rig = new ReactorRig();
  const free = rig.open("127.0.0.1");
  const address = free.address;
  free.close();
  const [first, second] = [rig.openShared(address), rig.openShared(address)];
  first.leave!();
  // From many ports: the kernel would give some of them to the first.
  for (let i = 0; i < 16; i++) await rig.open("127.0.0.1", "upstreams").send(octets("x"), address);
  assertEquals((await watched(second, 16)).length, 16);
});

nativeTest("A reactor that Deno does not hear gives the loop back, and its sockets and timers go on", async () => {
  using rig = new ReactorRig({ hears: false });
  const listening = rig.open("127.0.0.1");
  const asking = rig.open("127.0.0.1", "upstreams");
  const lent = Promise.withResolvers<void>();
  const watching = watched(listening, 1);
  const timer = new Promise<void>((resolve) => void rig.reactor.timers.start(200, resolve));
  const look = setInterval(() => rig.reactor.isOwner || lent.resolve(), 1);
  await lent.promise;
  clearInterval(look);
  await asking.send(octets("still"), listening.address);
  assertEquals((await watching)[0]![0], "still");
  await timer;
  assertEquals([rig.lent, rig.reactor.lostCount], [["3 messages to the runtime in a row were lost"], 3]);
  rig.reactor.close();
  // The thread that waits looks once a second whether it is still wanted.
  await rig.reactor.ended;
});
