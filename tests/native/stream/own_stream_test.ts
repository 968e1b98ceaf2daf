import { assert, assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { AddressInUseError } from "../../../lib/base/runtime.ts";
import type { PushedListener, PushedStream } from "../../../lib/base/sockets/pushed_stream.ts";
import { tcp } from "../../support/fake_socket.ts";
import { HAS_IPV6, nativeTest } from "../../support/native.ts";
import { ReactorRig } from "../../support/reactor_rig.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** A listening socket that the reactor waits for, and who has connected to it. */
class Rig implements Disposable {
  readonly #rig = new ReactorRig();
  readonly listener: PushedListener;
  readonly failures: unknown[] = [];
  readonly #streams: PushedStream[] = [];
  readonly #clients: Deno.TcpConn[] = [];
  #onConnection: (stream: PushedStream) => void = () => {};

  constructor(hostname = "127.0.0.1") {
    this.listener = this.listen(hostname);
    this.watch(this.listener);
  }

  listen(hostname: string, port = 0, isShared = false): PushedListener {
    return this.#rig.io.listenPushed(tcp(hostname, port), isShared)!;
  }

  watch(listener: PushedListener, onConnection = (stream: PushedStream) => this.#onConnection(stream)): void {
    listener.watch({
      onConnection: (stream) => {
        this.#streams.push(stream);
        onConnection(stream);
      },
      onFailed: (error) => void this.failures.push(error),
    });
  }

  /** Both ends of a new connection. */
  async connect(hostname = "127.0.0.1"): Promise<[Deno.TcpConn, PushedStream]> {
    const come = new Promise<PushedStream>((resolve) => this.#onConnection = resolve);
    const client = await Deno.connect({ hostname, port: this.listener.address.port });
    this.#clients.push(client);
    return [client, await come];
  }

  get faults(): readonly unknown[] {
    return this.#rig.faults;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) {
      try {
        client.close();
      } catch {
        // By the test already.
      }
    }
    for (const stream of this.#streams) stream.close();
    this.listener.close();
    this.#rig[Symbol.dispose]();
  }
}

/** Takes what comes until `octetsMin` are there, the other side has ended, or the connection breaks. */
function taken(stream: PushedStream, octetsMin = Infinity): Promise<{ octets: Octets; end: string }> {
  const parts: Octets[] = [];
  const buffer = new Uint8Array(1024);
  return new Promise((resolve) => {
    const done = (end: string) => {
      stream.wantOctets(false);
      resolve({ octets: concat(parts), end });
    };
    stream.watch({
      onReadable: () => {
        try {
          const count = stream.receive(buffer);
          if (count === 0) return done("ended");
          if (count > 0) parts.push(buffer.slice(0, count));
          if (concat(parts).length >= octetsMin) done("enough");
        } catch {
          done("broken");
        }
      },
      onWritable: () => {},
      onBroken: () => done("broken"),
    });
  });
}

async function readAll(client: Deno.TcpConn, length: number): Promise<Octets> {
  const octets = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await client.read(octets.subarray(at));
    assert(count !== null, `the connection ends after ${at} octets`);
    at += count;
  }
  return octets;
}

async function writeAll(client: Deno.TcpConn, octets: Octets): Promise<void> {
  for (let sent = 0; sent < octets.length;) sent += await client.write(octets.subarray(sent));
}

for (
  const [bound, asked, seen] of [
    ["127.0.0.1", "127.0.0.1", "127.0.0.1"],
    ["::1", "::1", "::1"],
    ["::", "127.0.0.1", "::ffff:127.0.0.1"],
  ] as const
) {
  const ignore = bound !== "127.0.0.1" && !HAS_IPV6;
  const name = `OwnListener on ${bound} hands over a connection to ${asked}, whose octets go both ways`;
  nativeTest(name, async () => {
    using rig = new Rig(bound);
    const [client, stream] = await rig.connect(asked);
    assertEquals([stream.peer.hostname, stream.peer.port], [seen, (client.localAddr as Deno.NetAddr).port]);
    await writeAll(client, Uint8Array.of(1, 2, 3));
    assertEquals([...(await taken(stream, 3)).octets], [1, 2, 3]);
    assertEquals(stream.send(Uint8Array.of(4, 5)), 2);
    assertEquals([...await readAll(client, 2)], [4, 5]);
    assertEquals([rig.failures, rig.faults], [[], []]);
  }, { ignore });
}

nativeTest("[7766_06] OwnStream tells that the other side sends no more, and still sends", async () => {
  using rig = new Rig();
  const [client, stream] = await rig.connect();
  await writeAll(client, Uint8Array.of(1));
  await client.closeWrite();
  const { octets, end } = await taken(stream);
  assertEquals([[...octets], end], [[1], "ended"]);
  stream.send(Uint8Array.of(2));
  assertEquals([...await readAll(client, 1)], [2]);
});

nativeTest("OwnStream sends as much as there is room for, and tells when there is more", async () => {
  using rig = new Rig();
  const [client, stream] = await rig.connect();
  const octets = Uint8Array.from({ length: 16_000_000 }, (_, i) => i % 251);
  let sent = 0;
  let tellings = 0;
  const send = () => {
    while (sent < octets.length) {
      const count = stream.send(octets.subarray(sent));
      sent += count;
      if (sent < octets.length && count === 0) return;
    }
  };
  stream.watch({
    onReadable: () => {},
    onWritable: () => {
      tellings++;
      send();
    },
    onBroken: () => {},
  });
  send();
  assert(sent < octets.length, "the kernel does not keep 16 MB");
  assertEquals(await readAll(client, octets.length), octets);
  assert(tellings > 0);
});

nativeTest("OwnStream tells that the connection is broken, though nothing is to be told of what comes", async () => {
  using rig = new Rig();
  const [client, stream] = await rig.connect();
  stream.wantOctets(false);
  const broken = new Promise<string>((resolve) => {
    stream.watch({ onReadable: () => resolve("read"), onWritable: () => {}, onBroken: () => resolve("broken") });
  });
  // RFC 9293 §3.10.7.1: what is sent to a connection that is closed is answered with a reset.
  client.close();
  stream.send(Uint8Array.of(1));
  assertEquals(await broken, "broken");
});

nativeTest("OwnListener holds its address as long as it is open, unless it shares it", async () => {
  using rig = new Rig();
  const { port } = rig.listener.address;
  assertThrows(() => rig.listen("127.0.0.1", port), AddressInUseError);
  await rig.connect();
  rig.listener.close();
  const next = rig.listen("127.0.0.1", port);
  next.close();
  const shared = [rig.listen("127.0.0.1", port, true), rig.listen("127.0.0.1", port, true)];
  for (const listener of shared) listener.close();
});

nativeTest(
  "OwnListener takes no more when nobody watches, and what came meanwhile when somebody does again",
  async () => {
    using rig = new Rig();
    const other = rig.listen("127.0.0.1");
    const come: PushedStream[] = [];
    const first = Promise.withResolvers<void>();
    const stop = other.watch({
      onConnection: (stream) => {
        come.push(stream);
        first.resolve();
      },
      onFailed: () => {},
    });
    const clients = [await Deno.connect({ hostname: "127.0.0.1", port: other.address.port })];
    await first.promise;
    stop();
    clients.push(await Deno.connect({ hostname: "127.0.0.1", port: other.address.port }));
    assertEquals(come.length, 1);
    const second = new Promise<PushedStream>((resolve) =>
      void other.watch({ onConnection: resolve, onFailed: () => {} })
    );
    come.push(await second);
    for (const each of [...clients, ...come, other]) each.close();
  },
);
