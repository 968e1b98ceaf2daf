import { assert, assertEquals, assertThrows } from "@std/assert";
import { ListenError } from "../../lib/server/listen.ts";
import { listenStream, openPlain } from "../../lib/system/sockets.ts";
import { freeAddresses } from "../../lib/workers/free_addresses.ts";
import { udp } from "../support/fake_socket.ts";

const network = { openDatagram: openPlain, listenStream, connectStream: () => Promise.reject(new Error("unused")) };

Deno.test("freeAddresses() gives a port that UDP and TCP can have, and lets go of it", () => {
  const [address] = freeAddresses(network, [udp("127.0.0.1", 0)], false);
  assert(address!.port > 0);
  const again = freeAddresses(network, [address!], false);
  assertEquals(again, [address!]);
});

Deno.test("freeAddresses() throws when a port is taken", () => {
  const taken = openPlain(udp("127.0.0.1", 0));
  assertThrows(() => freeAddresses(network, [taken.address], false), ListenError, "Cannot listen on 127.0.0.1:");
  taken.close();
});
