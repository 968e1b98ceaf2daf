import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { SocketAddress } from "../../../lib/base/net/address.ts";
import { AddressInUseError } from "../../../lib/base/runtime.ts";
import { ListenError, listenOn } from "../../../lib/server/listen/listen_on.ts";
import { FakeNetwork } from "../../support/fake_network.ts";
import { FakeQuic } from "../../support/fake_quic.ts";
import { udp } from "../../support/fake_socket.ts";
import { plainListen } from "../../../lib/server/listen/listen.ts";

const IPV4 = udp("127.0.0.1", 2053);
const IPV6 = udp("::1", 2053);
const NO_IPV6 = new Error("Address family not supported");

/** Sockets that were left open, of either transport. */
function openCount({ sockets, listeners }: FakeNetwork): number {
  return [...sockets, ...listeners].filter(({ isClosed }) => !isClosed).length;
}

/** Refuses what `isRefused` says, with `error`. */
function refusing(isRefused: (local: SocketAddress) => boolean, error: Error): FakeNetwork {
  const network = new FakeNetwork();
  network.refuse = (local) => isRefused(local) ? error : null;
  return network;
}

Deno.test("[7766_01] [9210_01] listenOn() serves every address over UDP and TCP", () => {
  const sockets = listenOn(new FakeNetwork(), [IPV4, IPV6].map(plainListen), false);
  assertEquals(sockets.map(({ datagram, stream }) => [datagram!.address, stream!.address]), [
    [IPV4, { ...IPV4, transport: "tcp" }],
    [IPV6, { ...IPV6, transport: "tcp" }],
  ]);
});

Deno.test("listenOn() with port 0 has both transports on the port that the kernel chose", () => {
  const [sockets] = listenOn(new FakeNetwork(), [udp("127.0.0.1", 0)].map(plainListen), false);
  assert(sockets!.datagram!.address.port !== 0);
  assertEquals(sockets!.stream!.address.port, sockets!.datagram!.address.port);
});

Deno.test("listenOn() with port 0 tries another port when TCP does not get the one of UDP", () => {
  const network = new FakeNetwork();
  network.listenStream({ transport: "tcp", hostname: "127.0.0.1", port: 5300 });
  network.chosenPorts = [5300, 5301];
  const [sockets] = listenOn(network, [udp("127.0.0.1", 0)].map(plainListen), false);
  assertEquals([sockets!.datagram!.address.port, sockets!.stream!.address.port], [5301, 5301]);
  // The first try's UDP socket is closed again: two sockets, and the one that was in the way.
  assertEquals([network.sockets.length, openCount(network)], [2, 3]);
});

Deno.test("listenOn() with port 0 gives up after ten tries", () => {
  const network = refusing(({ transport }) => transport === "tcp", new AddressInUseError("taken"));
  assertThrows(() => listenOn(network, [udp("127.0.0.1", 0)].map(plainListen), false), ListenError);
  assertEquals([network.sockets.length, openCount(network)], [10, 0]);
});

Deno.test("listenOn() with a port that TCP does not get throws, and tries no other", () => {
  const taken = new AddressInUseError("taken");
  const network = refusing(({ transport }) => transport === "tcp", taken);
  const error = assertThrows(
    () => listenOn(network, [IPV4].map(plainListen), false),
    ListenError,
    "Cannot listen on 127.0.0.1:2053",
  );
  assertStrictEquals(error.cause, taken);
  assertEquals([error.address, network.sockets.length, openCount(network)], [IPV4, 1, 0]);
});

Deno.test("listenOn() leaves nothing open when one of several addresses cannot be bound", () => {
  const network = refusing(({ hostname }) => hostname === "192.0.2.1", new Error("Address not available"));
  assertThrows(
    () => listenOn(network, [IPV4, IPV6, udp("192.0.2.1", 2053)].map(plainListen), false),
    ListenError,
    "192.0.2.1:2053",
  );
  assertEquals([network.sockets.length, network.listeners.length, openCount(network)], [2, 2, 0]);
});

Deno.test("listenOn() does without IPv6 when nobody has asked for it", () => {
  const network = refusing(({ hostname }) => hostname === "::1", NO_IPV6);
  assertEquals(listenOn(network, [IPV4, IPV6].map(plainListen), true).map(({ datagram }) => datagram!.address), [IPV4]);
  assertThrows(
    () => listenOn(network, [udp("127.0.0.1", 5300), IPV6].map(plainListen), false),
    ListenError,
    "[::1]:2053",
  );
});

Deno.test("listenOn() without being asked for IPv6 still throws when its port is taken, or IPv4 fails", () => {
  const taken = new AddressInUseError("taken");
  for (const address of [IPV4, IPV6]) {
    const network = refusing(({ hostname }) => hostname === address.hostname, taken);
    const error = assertThrows(() => listenOn(network, [IPV4, IPV6].map(plainListen), true), ListenError);
    assertEquals([error.address, openCount(network)], [address, 0]);
  }
  const network = refusing(({ hostname }) => hostname === "127.0.0.1", NO_IPV6);
  assertThrows(() => listenOn(network, [IPV4, IPV6].map(plainListen), true), ListenError);
});

const IDENTITIES = [{ certificate: "first", key: "key" }, { certificate: "second", key: "key" }];
const QUIC = { ...plainListen(IPV4), protocol: "quic" } as const;

Deno.test("[9250_01] listenOn() serves DNS over QUIC, and shows everybody the first certificate", () => {
  const network = new FakeNetwork();
  const quic = network.quic = new FakeQuic();
  const [sockets] = listenOn(network, [QUIC], false, { identities: IDENTITIES, authorities: {} });
  assertEquals(quic.listeners.map(({ address, options }) => [address, options]), [[
    IPV4,
    { identity: IDENTITIES[0]!, alpn: ["doq"], idleMs: 10_000, streamsMax: 64 },
  ]]);
  assertEquals([sockets!.datagram, sockets!.stream, sockets!.tls], [null, null, null]);
});

Deno.test("listenOn() tells why QUIC cannot be had, or cannot be shared", () => {
  const network = new FakeNetwork();
  const material = { identities: IDENTITIES, authorities: {} };
  const causeOf = (run: () => unknown) => String((assertThrows(run, ListenError) as ListenError).cause);
  assertEquals(causeOf(() => listenOn(network, [QUIC], false, material)), "Error: There is no QUIC: not in this test");
  network.quic = new FakeQuic();
  assertEquals(causeOf(() => listenOn(network, [QUIC], false)), "Error: there is no certificate to show");
  assertEquals(
    causeOf(() => listenOn(network, [QUIC], false, null)),
    "Error: workers cannot share a port of QUIC: it takes --workers 1",
  );
});
