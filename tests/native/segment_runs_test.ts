// Runs of datagrams that the kernel takes as one message: what leaves, and what becomes of a run that it refuses.

import { assertEquals } from "@std/assert";
import { ERRNO } from "../../lib/native/kernel/layout.ts";
import { udp } from "../support/fake_socket.ts";
import { HAS_IPV6, NativeRig, nativeTest, pattern, take } from "../support/native.ts";

const EPERM = 1;

/** A rig that notes how many messages `sendmmsg` is given, and answers from `script` while that lasts: messages, or -errno. */
function scripted(script: number[] = [], hostname = "127.0.0.1") {
  const calls: number[] = [];
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
    errno: () => isScripted ? errno : libc.errno(),
  }));
  const [a, b] = [rig.open(hostname, "upstreams"), rig.open(hostname)];
  // Peers whose ports share a place part each other's runs, which is allowed: lengths leave the last three bits alone.
  let c = rig.open(hostname);
  while (((b.address.port ^ c.address.port) & 7) === 0) c = rig.open(hostname);
  const peers = [b, c].map(({ address }) => udp(hostname, address.port));
  let seed = 0;
  /** Sends datagrams of these lengths to the first peer, those of negative lengths to the second. */
  const send = (lengths: number[]) => {
    const datagrams = lengths.map((length) => pattern(Math.abs(length), seed++));
    for (const [i, octets] of datagrams.entries()) a.batch.queue(octets, peers[lengths[i]! < 0 ? 1 : 0]!);
    calls.length = 0;
    isScripted = true;
    a.batch.flush();
    isScripted = false;
    const { lost } = a.batch;
    for (const [peer, socket] of [b, c].entries()) {
      const expected = datagrams.filter((_, i) => !lost.includes(i) && (lengths[i]! < 0 ? 1 : 0) === peer);
      assertEquals(byLength(take(socket, expected.length).map(({ octets }) => octets)), byLength(expected));
    }
    return { calls: [...calls], lost };
  };
  return { send, [Symbol.dispose]: () => rig[Symbol.dispose]() };
}

/** Those of one length keep their order, which is all that is promised. */
function byLength(datagrams: readonly Uint8Array<ArrayBuffer>[]): readonly Uint8Array<ArrayBuffer>[] {
  return datagrams.toSorted((a, b) => a.length - b.length);
}

for (const hostname of ["127.0.0.1", "::1"]) {
  nativeTest(`SegmentRuns joins what is for one peer and equally long, whatever is between: ${hostname}`, () => {
    using rig = scripted([], hostname);
    assertEquals(rig.send([40, 40, 40, 40, 40, 40]), { calls: [1], lost: [] });
    assertEquals(rig.send([40, 40, 39, 40, 38, 38, 41, 41]), { calls: [4], lost: [] });
    assertEquals(rig.send([1, 1]), { calls: [1], lost: [] });
    assertEquals(rig.send([512, 11, 512]), { calls: [2], lost: [] });
    assertEquals(rig.send([40, -40, 40, -39, -40, 40, -39]), { calls: [3], lost: [] });
  }, { ignore: hostname === "::1" && !HAS_IPV6 });
}

nativeTest("SegmentRuns leaves alone what is longer, empty, too long for the way, or for another peer", () => {
  using rig = scripted();
  assertEquals(rig.send([40, 41, 42]), { calls: [3], lost: [] });
  assertEquals(rig.send([0, 0, 0]), { calls: [3], lost: [] });
  assertEquals(rig.send([40, 0]), { calls: [2], lost: [] });
  assertEquals(rig.send([513, 513, 1232, 1232]), { calls: [4], lost: [] });
  assertEquals(rig.send([40, -40, -41]), { calls: [3], lost: [] });
});

nativeTest("SegmentRuns begins anew with each flush", () => {
  using rig = scripted();
  assertEquals(rig.send([40, 40]), { calls: [1], lost: [] });
  assertEquals(rig.send([40]), { calls: [1], lost: [] });
  assertEquals(rig.send([39, 40]), { calls: [2], lost: [] });
});

for (const [name, errno] of [["EIO", ERRNO.EIO], ["EINVAL", ERRNO.EINVAL]] as const) {
  nativeTest(
    `SegmentRuns sends one by one what the kernel refuses as a run, and makes no more of them: ${name}`,
    () => {
      using rig = scripted([-errno]);
      assertEquals(rig.send([40, 40, 40, 39, 50]), { calls: [3, 5], lost: [] });
      assertEquals(rig.send([40, 40, 40]), { calls: [3], lost: [] });
    },
  );
}

nativeTest("SegmentRuns goes on making runs after a failure that may pass, or is one datagram's own", () => {
  using rig = scripted([-ERRNO.EAGAIN, 3, -EPERM]);
  assertEquals(rig.send([40, 40, 40, 40, 40]), { calls: [1, 5, 2, 1], lost: [3] });
  assertEquals(rig.send([40, 40, 40]), { calls: [1], lost: [] });
});

nativeTest("SegmentRuns goes on making runs for others where a peer cannot be reached in any way", () => {
  using rig = scripted([-ERRNO.EINVAL, -ERRNO.EINVAL, -ERRNO.EINVAL]);
  assertEquals(rig.send([40, 40, 39]), { calls: [2, 3, 2, 1], lost: [0, 1] });
  assertEquals(rig.send([40, 40, 40]), { calls: [1], lost: [] });
});

nativeTest("SegmentRuns parts what is left behind messages that have left", () => {
  // Of four messages, with 2, 1, 1 and 4 datagrams, the kernel takes one, then the rest.
  using one = scripted([1]);
  assertEquals(one.send([40, 40, 39, 50, 60, 60, 60, 60]), { calls: [4, 6], lost: [] });
  // Of three with 3, 4 and 1, it takes one, then one datagram, and refuses the next one, which was queued fifth.
  using two = scripted([1, 1, -EPERM]);
  assertEquals(two.send([40, -40, 40, 40, -40, -40, -41, -40]), { calls: [3, 5, 4, 3], lost: [4] });
  // Of three with 2, 3 and 2 it takes none at first.
  using three = scripted([-ERRNO.EAGAIN, 4, -EPERM]);
  assertEquals(three.send([-40, 41, 40, 41, -40, 40, 41]), { calls: [3, 7, 3, 2], lost: [6] });
});

for (
  const { any, local, asked } of [
    { any: "0.0.0.0", local: "127.0.0.1", asked: "127.0.0.2" },
    { any: "::", local: "::1", asked: "::1" },
  ]
) {
  nativeTest(`SegmentRuns lets replies leave from where was asked, together or one by one: ${any}`, () => {
    const calls: number[] = [];
    let refusals = 0;
    using rig = new NativeRig((libc) => ({
      sendmmsg(fd, headers, count, flags) {
        calls.push(count);
        return refusals-- > 0 ? -1 : libc.sendmmsg(fd, headers, count, flags);
      },
      errno: () => refusals >= 0 ? ERRNO.EINVAL : libc.errno(),
    }));
    const server = rig.open(any);
    const clients = [rig.open(local), rig.open(local)];
    for (const [c, client] of clients.entries()) {
      for (let i = 0; i < 3; i++) client.batch.queue(pattern(30, 3 * c + i), udp(asked, server.address.port));
      client.batch.flush();
    }
    const queries = take(server, 6);
    for (const expected of [[2], [2, 6]]) {
      for (const i of [0, 3, 1, 4, 2, 5]) server.batch.queue(queries[i]!.octets, queries[i]!.peer);
      calls.length = 0;
      refusals = expected.length - 1;
      assertEquals(server.batch.flush(), 0);
      assertEquals(calls, expected);
      for (const [c, client] of clients.entries()) {
        const replies = take(client, 3);
        assertEquals(replies.map(({ octets }) => octets), [0, 1, 2].map((i) => pattern(30, 3 * c + i)));
        assertEquals(replies.map(({ peer }) => peer.hostname), [asked, asked, asked]);
      }
    }
  }, { ignore: any === "::" && !HAS_IPV6 });
}
