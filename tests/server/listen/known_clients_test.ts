import { assertEquals, assertStrictEquals } from "@std/assert";
import { KnownClients } from "../../../lib/server/listen/known_clients.ts";
import { udp } from "../../support/fake_socket.ts";

Deno.test("KnownClients.find() gives who asks again the same object, whatever object the socket has made", () => {
  const clients = new KnownClients();
  const first = udp("192.0.2.1", 40_000);
  const known = clients.find(first);
  assertEquals(known, first);
  assertStrictEquals(clients.find(udp("192.0.2.1", 40_000)), known);
});

Deno.test("KnownClients.find() tells clients apart by address and by port, also those that share a place", () => {
  const clients = new KnownClients();
  const senders = [udp("192.0.2.1", 40_000), udp("192.0.2.2", 40_000), udp("192.0.2.1", 40_000 + 8192)];
  for (const sender of [...senders, ...senders]) assertEquals(clients.find(sender), sender);
});

Deno.test("KnownClients.find() leaves an object that was given as it is when another client takes its place", () => {
  const clients = new KnownClients();
  const known = clients.find(udp("2001:db8::1", 53_000));
  clients.find(udp("2001:db8::2", 53_000));
  assertEquals(known, udp("2001:db8::1", 53_000));
});
