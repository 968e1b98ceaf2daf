import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { DatagramUse } from "../../lib/base/runtime.ts";
import { type Libc, openLibc } from "../../lib/native/kernel/libc.ts";
import { NativeIo } from "../../lib/native/native_io.ts";
import { NativeSocket } from "../../lib/native/native_socket.ts";
import { udp } from "./fake_socket.ts";
import { openPlain } from "./plain_socket.ts";

/** Whether this test run may call the C library; `deno task test` may, `deno test --allow-net` may not. */
export const CAN_CALL: boolean = Deno.build.os === "linux" &&
  Deno.permissions.querySync({ name: "ffi" }).state === "granted";

/** Whether this machine has ::1. */
export const HAS_IPV6: boolean = hasIpv6();

/** A test that calls the C library. */
export function nativeTest(name: string, fn: () => void | Promise<void>, { ignore = false } = {}): void {
  Deno.test({ name: `${name} (needs --allow-ffi)`, ignore: ignore || !CAN_CALL, fn });
}

/** Native sockets of one test, all closed with it. */
export class NativeRig implements Disposable {
  readonly libc: Libc;
  readonly io: NativeIo;
  readonly #sockets: { close(): void }[] = [];

  /** `change` may put something of its own in the place of functions. */
  constructor(change: (libc: Libc) => Partial<Libc> = () => ({})) {
    const libc = openLibc();
    this.libc = { ...libc, ...change(libc) };
    this.io = new NativeIo(openPlain, this.libc);
  }

  open(hostname: string, use: DatagramUse = "clients", port = 0): NativeSocket {
    const socket = this.io.openDatagram(udp(hostname, port), use);
    this.#sockets.push(socket);
    if (!(socket instanceof NativeSocket)) throw new Error("The socket has no batches");
    return socket;
  }

  openShared(address: SocketAddress): NativeSocket {
    const socket = this.io.openSharedDatagram(address);
    this.#sockets.push(socket);
    return socket as NativeSocket;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.close();
    this.io.close();
  }
}

/** Waits until `count` datagrams have come, and copies them: octets and senders. */
export function take(socket: NativeSocket, count: number): { octets: Uint8Array<ArrayBuffer>; peer: SocketAddress }[] {
  const taken: { octets: Uint8Array<ArrayBuffer>; peer: SocketAddress }[] = [];
  while (taken.length < count) {
    // Far longer than the loopback takes: what has not come by then does not come.
    socket.batch.awaitDatagrams(5000);
    const received = socket.batch.receive();
    if (received === 0) throw new Error(`${taken.length} datagrams came instead of ${count}`);
    for (let i = 0; i < received; i++) {
      taken.push({ octets: socket.batch.datagram(i).slice(), peer: socket.batch.peer(i) });
    }
  }
  return taken;
}

/** Octets that tell one datagram from another. */
export function pattern(lengthOctets: number, seed = lengthOctets): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: lengthOctets }, (_, i) => (i * 7 + seed) & 0xff);
}

function hasIpv6(): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}
