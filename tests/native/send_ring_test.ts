// What sendmmsg(2) can say, said by a scripted C library; the real one sends.

import { assertEquals } from "@std/assert";
import { ERRNO } from "../../lib/native/kernel/layout.ts";
import { NativeRig, nativeTest, pattern, take } from "../support/native.ts";

const EPERM = 1;

/** What a call says: how many were sent (at most), or a negative errno. */
type Answer = number;

/** A rig whose `sendmmsg` answers from `script`, first to last, then as it likes. */
function scripted(script: Answer[]) {
  const calls: number[] = [];
  let waits = 0;
  let errno = 0;
  let isScripted = false;
  const rig = new NativeRig((libc) => ({
    sendmmsg(fd, headers, count, flags) {
      if (!isScripted) return libc.sendmmsg(fd, headers, count, flags);
      calls.push(count);
      const answer = script.shift() ?? count;
      errno = -answer;
      return answer < 0 ? -1 : libc.sendmmsg(fd, headers, Math.min(answer, count), flags);
    },
    poll(memory, count, timeoutMs) {
      if (isScripted) waits++;
      return libc.poll(memory, count, timeoutMs);
    },
    errno: () => isScripted ? errno : libc.errno(),
  }));
  const [a, b] = [rig.open("127.0.0.1"), rig.open("127.0.0.1")];
  const tooLong = () => a.batch.tooLong.map(({ octets, to }) => [octets[0]!, octets.length, to === b.address]);
  /** Sends six datagrams, none as long as another, so that each is a message of its own. Returns how many are lost, which came, and how many were offered at each call. */
  const send = () => {
    for (let i = 0; i < 6; i++) a.batch.queue(pattern(20 + i, i), b.address);
    isScripted = true;
    const lost = a.batch.flush();
    isScripted = false;
    const came = take(b, 6 - lost).map(({ octets }) => octets[0]!);
    return { lost, came, calls, waits };
  };
  return { send, tooLong, [Symbol.dispose]: () => rig[Symbol.dispose]() };
}

const ALL = [0, 1, 2, 3, 4, 5];

for (
  const { name, script, expected } of [
    {
      name: "goes on where sendmmsg has stopped",
      script: [2, 1],
      expected: { lost: 0, came: ALL, calls: [6, 4, 3], waits: 0 },
    },
    {
      name: "tries again what a signal interrupts",
      script: [-ERRNO.EINTR, 3, -ERRNO.EINTR, -ERRNO.EINTR],
      expected: { lost: 0, came: ALL, calls: [6, 6, 3, 3, 3], waits: 0 },
    },
    {
      name: "waits for room in the socket's buffer",
      script: [4, -ERRNO.EAGAIN],
      expected: { lost: 0, came: ALL, calls: [6, 2, 2], waits: 1 },
    },
    {
      name: "leaves out what cannot be sent, and sends the rest",
      script: [1, -EPERM, 2, -EPERM],
      expected: { lost: 2, came: [0, 2, 3, 5], calls: [6, 5, 4, 2, 1], waits: 0 },
    },
    {
      name: "gives up on buffers that stay full",
      script: [2, ...Array<number>(9).fill(-ERRNO.EAGAIN)],
      expected: { lost: 4, came: [0, 1], calls: [6, 4, 4, 4, 4], waits: 3 },
    },
    {
      name: "gives up on a device that stays busy",
      script: [5, ...Array<number>(9).fill(-ERRNO.ENOBUFS)],
      expected: { lost: 1, came: [0, 1, 2, 3, 4], calls: [6, 1, 1, 1, 1], waits: 0 },
    },
  ]
) {
  nativeTest(`SendRing.flush() ${name}`, () => {
    using rig = scripted(script);
    assertEquals(rig.send(), expected);
  });
}

nativeTest(
  "[9715_06] NativeBatch.tooLong has copies of those that the kernel would have to cut, of the last flush alone",
  () => {
    using rig = scripted([-ERRNO.EMSGSIZE, -ERRNO.EMSGSIZE, 2, -EPERM, -ERRNO.EMSGSIZE]);
    assertEquals(rig.send().lost, 3);
    assertEquals(rig.tooLong(), [[0, 20, true], [4, 24, true]]);
    rig.send();
    assertEquals(rig.tooLong(), []);
  },
);
