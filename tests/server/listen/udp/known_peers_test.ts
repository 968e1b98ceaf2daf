import { assertEquals, assertStrictEquals } from "@std/assert";
import { KnownPeers } from "../../../../lib/server/listen/udp/known_peers.ts";
import { udp } from "../../../support/fake_socket.ts";

Deno.test("KnownPeers.find() gives who asks again the same object, whatever object the socket has made", () => {
  const peers = new KnownPeers();
  const first = udp("192.0.2.1", 40_000);
  const known = peers.find(first);
  assertEquals(known, first);
  assertStrictEquals(peers.find(udp("192.0.2.1", 40_000)), known);
});

Deno.test("KnownPeers.find() tells peers apart by address and by port, also those that share a place", () => {
  const peers = new KnownPeers();
  const senders = [udp("192.0.2.1", 40_000), udp("192.0.2.2", 40_000), udp("192.0.2.1", 40_000 + 8192)];
  for (const sender of [...senders, ...senders]) assertEquals(peers.find(sender), sender);
});

Deno.test("KnownPeers.find() leaves an object that was given as it is when another peer takes its place", () => {
  const peers = new KnownPeers();
  const known = peers.find(udp("2001:db8::1", 53_000));
  peers.find(udp("2001:db8::2", 53_000));
  assertEquals(known, udp("2001:db8::1", 53_000));
});
