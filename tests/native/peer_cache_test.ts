import { assert, assertEquals } from "@std/assert";
import { INTERFACE_WORD, LOCAL_WORD } from "../../lib/native/kernel/native_peer.ts";
import { PeerCache } from "../../lib/native/peer_cache.ts";
import { familyFor, sockaddrOf } from "../../lib/native/kernel/sockaddr.ts";
import { udp } from "../support/fake_socket.ts";
import { fakeZones } from "../support/fake_zones.ts";
import { SeededRandom } from "../support/seeded_random.ts";

const ZONES = fakeZones();

function key(hostname: string, port: number): Uint32Array<ArrayBuffer> {
  const address = udp(hostname, port);
  return sockaddrOf(address, familyFor(address), ZONES)!;
}

Deno.test("PeerCache.find() gives the same object to the same peer, and another to another port or local address", () => {
  const cache = new PeerCache(ZONES);
  const peer = cache.find(key("192.0.2.1", 4000));
  assertEquals([peer.transport, peer.hostname, peer.port], ["udp", "192.0.2.1", 4000]);
  assert(cache.find(key("192.0.2.1", 4000)) === peer);
  const other = cache.find(key("192.0.2.1", 4001));
  assertEquals([other.hostname, other.port], ["192.0.2.1", 4001]);
  for (const word of [INTERFACE_WORD, LOCAL_WORD, LOCAL_WORD + 3]) {
    const elsewhere = key("192.0.2.1", 4000);
    elsewhere[word] = 1;
    assertEquals(cache.find(elsewhere).words, elsewhere);
  }
});

Deno.test("PeerCache.find() tells a peer of few words from one of many that begins like it", () => {
  const cache = new PeerCache(ZONES);
  const words = key("192.0.2.1", 4000);
  const peer = cache.find(words, 2);
  assertEquals([peer.hostname, peer.port, peer.words], ["192.0.2.1", 4000, words]);
  assert(cache.find(key("192.0.2.1", 4000), 2) === peer);
  const elsewhere = key("192.0.2.1", 4000);
  elsewhere[LOCAL_WORD] = 1;
  assertEquals(cache.find(elsewhere).words, elsewhere);
  assertEquals(cache.find(words, 2).words, words);
});

Deno.test("a peer of PeerCache.find() tells which address of this machine it has asked, where that is known", () => {
  const cache = new PeerCache(ZONES);
  for (
    const [hostname, local, asked] of [
      ["192.0.2.1", [192, 0, 2, 53], "192.0.2.53"],
      ["192.0.2.1", [], null],
      ["2001:db8::1", [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53], "2001:db8::53"],
      ["::ffff:192.0.2.1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 53], "192.0.2.53"],
      ["2001:db8::1", [], null],
    ] as const
  ) {
    const words = key(hostname, 4000);
    new Uint8Array(words.buffer).set(local, 4 * LOCAL_WORD);
    assertEquals(cache.find(words).asked, asked);
  }
});

Deno.test("PeerCache.find() keeps nothing of the key that it was given", () => {
  const cache = new PeerCache(ZONES);
  const words = key("2001:db8::1", 53);
  const peer = cache.find(words);
  words.fill(0);
  assertEquals(peer.words, key("2001:db8::1", 53));
});

Deno.test("PeerCache.find() knows many more peers than it has places for", () => {
  const cache = new PeerCache(ZONES);
  const random = new SeededRandom(1);
  for (let i = 0; i < 20_000; i++) {
    const [a, b] = [random.uint32() % 40, random.uint32() % 200];
    const hostname = i % 2 === 0 ? `192.0.${a}.${b}` : `2001:db8:${(a + 1).toString(16)}::${(b + 1).toString(16)}`;
    const port = 1024 + random.uint32() % 50;
    const peer = cache.find(key(hostname, port));
    assertEquals([peer.hostname, peer.port], [hostname, port]);
    assertEquals(peer.words, key(hostname, port));
  }
});

Deno.test("PeerCache.find() gives whoever has no IP address one that is never answered", () => {
  const peer = new PeerCache(ZONES).find(new Uint32Array(12).fill(1));
  assertEquals([peer.hostname, peer.port], ["0.0.0.0", 0]);
});

Deno.test("[4007_02] PeerCache.find() tells the same address on two links apart", () => {
  const cache = new PeerCache(ZONES);
  const [a, b] = [key("fe80::2%eth0", 4000), key("fe80::2%eth1", 4000)].map((words) => cache.find(words));
  assertEquals([a!.hostname, b!.hostname], ["fe80::2%eth0", "fe80::2%eth1"]);
  assertEquals(cache.find(key("fe80::2%eth0", 4000)).hostname, "fe80::2%eth0");
});

for (
  const [what, hostnameOf] of [
    ["IPv4", (i: number) => `192.0.${i >> 8}.${i & 0xff}`],
    ["IPv6", (i: number) => `2001:db8::${(i + 1).toString(16)}`],
    ["one IPv4 address", () => "192.0.2.1"],
    ["one IPv6 address", () => "2001:db8::1"],
  ] as const
) {
  Deno.test(`PeerCache.find() makes few anew of 400 peers of ${what} that ask all the time`, () => {
    const cache = new PeerCache(ZONES);
    const random = new SeededRandom(1);
    const keys = Array.from({ length: 400 }, (_, i) => key(hostnameOf(i), 1024 + random.uint32() % 60_000));
    const ask = () => keys.map((words) => cache.find(words));
    const [before, after] = [ask(), ask()];
    const anewCount = after.filter((peer, i) => peer !== before[i]).length;
    // With one place for each it would be 18 to 30.
    assert(anewCount <= 10, `${anewCount} were made anew`);
  });
}
