import { assert, assertEquals, assertThrows } from "@std/assert";
import { ListenError } from "../../lib/server/listen/listen_on.ts";
import { DENO_NETWORK } from "../../lib/system/network/deno_network.ts";
import { freeAddresses } from "../../lib/workers/free_addresses.ts";
import { udp } from "../support/fake_socket.ts";
import { plainListen } from "../../lib/server/listen/listen.ts";

Deno.test("freeAddresses() gives a port that UDP and TCP can have, and lets go of it", () => {
  const [address] = freeAddresses(DENO_NETWORK, [plainListen(udp("127.0.0.1", 0))], false);
  assert(address!.address.port > 0);
  const again = freeAddresses(DENO_NETWORK, [address!], false);
  assertEquals(again, [address!]);
});

Deno.test("freeAddresses() throws when a port is taken", () => {
  const taken = DENO_NETWORK.openDatagram(udp("127.0.0.1", 0));
  assertThrows(
    () => freeAddresses(DENO_NETWORK, [plainListen(taken.address)], false),
    ListenError,
    "Cannot listen on 127.0.0.1:",
  );
  taken.close();
});
