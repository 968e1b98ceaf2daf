import { assertEquals, assertStrictEquals } from "@std/assert";
import { CLIENTS_MAX, KnownClients } from "../../../../lib/server/listen/udp/known_clients.ts";
import { udp } from "../../../support/fake_socket.ts";

const SERVICE = udp("192.0.2.53", 53);

Deno.test("KnownClients.find() gives all ports of an address, and all objects for it, the same client", () => {
  const clients = new KnownClients(SERVICE);
  const peer = udp("192.0.2.1", 40_000);
  const client = clients.find(peer);
  assertEquals([client.hostname, client.channel, client.isAnswerable], ["192.0.2.1", "udp", true]);
  for (const again of [peer, { ...peer }, peer, udp("192.0.2.1", 40_001)]) {
    assertStrictEquals(clients.find(again), client);
  }
});

Deno.test("KnownClients.find() tells addresses apart, also those of peers that share a place", () => {
  const clients = new KnownClients(SERVICE);
  const peers = [udp("192.0.2.1", 40_000), udp("192.0.2.2", 40_000), udp("192.0.2.3", 40_000 + 4096)];
  for (const peer of [...peers, ...peers]) assertEquals(clients.find(peer).hostname, peer.hostname);
});

Deno.test("KnownClients.find() knows that nothing can be sent to port 0, and something to the same address", () => {
  const clients = new KnownClients(SERVICE);
  const peers = [udp("192.0.2.1", 0), udp("192.0.2.1", 4096), udp("192.0.2.1", 0)];
  assertEquals(peers.map((peer) => clients.find(peer).isAnswerable), [false, true, false]);
});

Deno.test(`KnownClients.find() keeps ${CLIENTS_MAX} clients, and makes new ones for those that come back later`, () => {
  const clients = new KnownClients(SERVICE);
  const first = clients.find(udp("192.0.2.1", 1));
  for (let i = 1; i < CLIENTS_MAX; i++) clients.find(udp(`10.0.${i >> 8}.${i & 0xff}`, 2));
  assertStrictEquals(clients.find(udp("192.0.2.1", 3)), first);
  clients.find(udp("10.1.0.0", 2));
  assertEquals(clients.find(udp("192.0.2.1", 4)) === first, false);
  assertEquals(clients.find(udp("192.0.2.1", 5)).hostname, "192.0.2.1");
});

Deno.test("KnownClients.find() keeps where a client has asked from last where it may have asked any address, and nowhere else", () => {
  for (const hostname of ["0.0.0.0", "::", "192.0.2.53"]) {
    const clients = new KnownClients(udp(hostname, 53));
    for (const asked of ["192.0.2.53", "192.0.2.54", "192.0.2.53"]) {
      const peer = { ...udp("192.0.2.1", 40_000), asked };
      for (const again of [peer, peer]) {
        assertEquals(clients.find(again).peer?.asked ?? null, hostname === "192.0.2.53" ? null : asked);
      }
    }
  }
});

Deno.test("KnownClients.find() notes the port of the last datagram", () => {
  const clients = new KnownClients(SERVICE);
  const peers = [udp("192.0.2.1", 40_000), udp("192.0.2.1", 40_001), udp("192.0.2.1", 40_000)];
  assertEquals(peers.map((peer) => clients.find(peer).port), [40_000, 40_001, 40_000]);
});
