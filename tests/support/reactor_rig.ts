import { setImmediate } from "node:timers";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { DatagramSocket, DatagramUse } from "../../lib/base/runtime.ts";
import { TurnClock } from "../../lib/base/time/turn_clock.ts";
import { openLibc } from "../../lib/native/kernel/libc.ts";
import { NativeIo } from "../../lib/native/native_io.ts";
import { OwnSocket } from "../../lib/native/own_socket.ts";
import { openReactor } from "../../lib/native/reactor/open_reactor.ts";
import { openPlain } from "./plain_socket.ts";
import { udp } from "./fake_socket.ts";

/** A reactor over the Deno that runs this test, and native sockets that it waits for. All is closed with it. */
export class ReactorRig implements Disposable {
  readonly libc = openLibc();
  readonly faults: unknown[] = [];
  readonly lent: string[] = [];
  readonly #bell: DatagramSocket = openPlain(udp("127.0.0.1", 0));
  readonly reactor: ReturnType<typeof openReactor>;
  readonly io: NativeIo;
  readonly #sockets: DatagramSocket[] = [];

  /** @param hears Whether Deno hears the doorbell. */
  constructor({ hears = true } = {}) {
    this.reactor = openReactor({
      libc: this.libc,
      bell: {
        address: this.#bell.address,
        receive: (buffer) => hears ? this.#bell.receive(buffer) : new Promise(() => {}),
        close: () => this.#bell.close(),
      },
      timers: {
        start: (delayMs, callback) => {
          const timer = setTimeout(callback, delayMs);
          return () => clearTimeout(timer);
        },
      },
      clock: new TurnClock({ nowMs: () => performance.now() }),
      nowMs: () => performance.now(),
      twoRounds: () => new Promise((resolve) => void setImmediate(() => setImmediate(resolve))),
      onFault: (error) => void this.faults.push(error),
      onLent: (why) => void this.lent.push(why),
    });
    this.io = new NativeIo(openPlain, openLibc(), () => this.reactor.isOwner ? this.reactor : null);
    this.reactor.own();
  }

  /** Opens a socket that the reactor waits for. */
  open(hostname: string, use: DatagramUse = "clients", port = 0): OwnSocket {
    return this.#own(this.io.openDatagram(udp(hostname, port), use));
  }

  /** The same, with an address that others may have. */
  openShared(address: SocketAddress): OwnSocket {
    return this.#own(this.io.openSharedDatagram(address));
  }

  #own(socket: DatagramSocket): OwnSocket {
    this.#sockets.push(socket);
    if (!(socket instanceof OwnSocket)) throw new Error("Deno waits for the socket");
    return socket;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.close();
    this.reactor.close();
    this.io.close();
    this.libc.close();
  }
}

/** Watches a socket until `count` datagrams have come. Resolves to their octets, as text, and their senders. */
export function watched(socket: OwnSocket, count: number): Promise<[text: string, peer: SocketAddress][]> {
  return new Promise((resolve, reject) => {
    const taken: [string, SocketAddress][] = [];
    const stop = socket.watch({
      onReadable: () => {
        const received = socket.batch.receive();
        for (let i = 0; i < received; i++) {
          taken.push([new TextDecoder().decode(socket.batch.datagram(i)), socket.batch.peer(i)]);
        }
        if (taken.length < count) return;
        stop();
        resolve(taken);
      },
      onFailed: reject,
    });
  });
}
