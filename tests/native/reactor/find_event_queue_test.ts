import { assertEquals, assertNotEquals } from "@std/assert";
import { findDescriptor } from "../../../lib/native/kernel/find_descriptor.ts";
import { C } from "../../../lib/native/kernel/layout.ts";
import { openLibc } from "../../../lib/native/kernel/libc.ts";
import { EpollSet } from "../../../lib/native/reactor/epoll_set.ts";
import { findEventQueue } from "../../../lib/native/reactor/find_event_queue.ts";
import { nativeTest } from "../../support/native.ts";
import { openPlain } from "../../support/plain_socket.ts";
import { udp } from "../../support/fake_socket.ts";

nativeTest("findEventQueue() finds the set that a socket of Deno's is in, and no other", () => {
  const libc = openLibc();
  const plain = openPlain(udp("127.0.0.1", 0));
  const own = libc.socket(C.AF_INET, C.SOCK_DGRAM, 0);
  const set = new EpollSet(libc);
  try {
    const queue = findEventQueue(libc, findDescriptor(libc, plain.address));
    assertNotEquals(queue, -1);
    assertEquals(findEventQueue(libc, own), -1);
    set.add(own, 1);
    assertEquals(findEventQueue(libc, own), set.descriptor);
  } finally {
    set.close();
    libc.closeDescriptor(own);
    plain.close();
    libc.close();
  }
});
