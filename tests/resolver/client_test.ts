import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Channel, CHANNELS, Client, OURSELVES, OURSELVES_AT_LENGTH } from "../../lib/resolver/client.ts";
import { hex } from "../support/messages.ts";

/** For each channel: whether it is a stream, whether it proves addresses, whether it has the keepalive option. */
const TRAITS: Readonly<Record<Channel, readonly [boolean, boolean, boolean]>> = {
  udp: [false, false, false],
  tcp: [true, true, true],
  tls: [true, true, true],
  https: [true, true, false],
  quic: [true, true, false],
};

for (const channel of CHANNELS) {
  Deno.test(`Client knows what it means that a query came over ${channel}`, () => {
    const { isStream, isAddressProven, usesKeepalive } = new Client("192.0.2.1", channel);
    assertEquals([isStream, isAddressProven, usesKeepalive], TRAITS[channel]);
  });
}

Deno.test("Client.octets is the address, the same for IPv4 that comes as IPv6, and null for what is none", () => {
  const octetsOf = (hostname: string) => new Client(hostname, "udp").octets;
  assertEquals([octetsOf("192.0.2.1"), octetsOf("::ffff:192.0.2.1")], [hex("c0000201"), hex("c0000201")]);
  assertEquals(octetsOf("fe80::1%eth0"), hex("fe800000000000000000000000000001"));
  assertEquals(octetsOf("localhost"), null);
});

/** Two addresses, whether they are one host, and whether they are of one network. */
const PAIRS: readonly [string, string, boolean, boolean][] = [
  ["192.0.2.1", "192.0.2.1", true, true],
  ["192.0.2.1", "::ffff:192.0.2.1", true, true],
  ["192.0.2.1", "192.0.2.2", false, true],
  ["192.0.2.1", "192.0.3.1", false, false],
  ["2001:db8::1", "2001:db8::2", true, true],
  ["2001:db8::1", "2001:db8:0:ff::1", false, true],
  ["2001:db8::1", "2001:db8:0:100::1", false, false],
  ["fe80::1%eth0", "fe80::2%eth0", false, true],
  ["fe80::1%eth0", "fe80::1%eth1", false, false],
];

for (const [a, b, isHost, isNetwork] of PAIRS) {
  Deno.test(`Client.host and Client.network of ${a} and ${b} are the same: ${isHost}, ${isNetwork}`, () => {
    const [one, other] = [new Client(a, "udp"), new Client(b, "tls")];
    const compare = (isSame: boolean) => isSame ? assertEquals : assertNotEquals;
    // Twice: the second time they are known.
    for (let i = 0; i < 2; i++) {
      compare(isHost)(one.host, other.host);
      compare(isNetwork)(one.network, other.network);
    }
  });
}

Deno.test("OURSELVES is one host among others, with or without bounds to what it can take", () => {
  assertEquals([OURSELVES.isStream, OURSELVES_AT_LENGTH.isStream], [false, true]);
  assertEquals(OURSELVES.host, OURSELVES_AT_LENGTH.host);
  assert(!OURSELVES.isAnswerable && !OURSELVES_AT_LENGTH.isAnswerable);
});
