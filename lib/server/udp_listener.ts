import { formatSocketAddress, type SocketAddress } from "../base/address.ts";
import { BufferPool } from "../base/buffers.ts";
import type { DatagramSocket, Timers } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import type { Log } from "../observe/log.ts";
import type { Reply } from "../resolver/resolver.ts";
import { ReplySender } from "./reply_sender.ts";
import type { Server } from "./server.ts";

/** Queries are small; a longer datagram is cut here and then gets FORMERR. RFC 6891 §6.2.5: 4096 is what EDNS expects. */
const RECEIVE_OCTETS = 4096;
/** Pause after a failed receive, so that a lasting fault does not become a busy loop. */
const RETRY_MS = 100;

/** What a listener is made from. */
export interface UdpListenerOptions {
  /** An open socket, which belongs to this object from now on. */
  readonly socket: DatagramSocket;
  /** What answers the queries. */
  readonly server: Server;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where it is counted. */
  readonly counters: Counters;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Receives the clients' datagrams on one socket, and sends each reply from that socket (RFC 2181 §4). */
export class UdpListener {
  readonly #socket: DatagramSocket;
  readonly #server: Server;
  readonly #timers: Timers;
  readonly #log: Log;
  readonly #buffers = new BufferPool(RECEIVE_OCTETS);
  readonly #sender: ReplySender;
  /** Queries that wait for their replies. */
  readonly #unanswered = new Set<Promise<void>>();
  #isStopping = false;
  #isClosed = false;

  /** See {@linkcode UdpListenerOptions}. */
  constructor({ socket, server, timers, counters, log }: UdpListenerOptions) {
    this.#socket = socket;
    this.#server = server;
    this.#timers = timers;
    this.#log = log;
    this.#sender = new ReplySender({ socket, counters, log });
  }

  /** Where clients reach this listener. */
  get address(): SocketAddress {
    return this.#socket.address;
  }

  /** Receives until `close`. To be called once. */
  async run(): Promise<void> {
    let buffer = this.#buffers.take();
    let isFailing = false;
    while (!this.#isClosed) {
      try {
        const [datagram, client] = await this.#socket.receive(buffer);
        isFailing = false;
        if (this.#isStopping) continue;
        const reply = this.#server.handle(datagram, client, this.#sender.slot);
        if (reply instanceof Promise) {
          this.#sendLater(reply, client, buffer);
          buffer = this.#buffers.take();
        } else if (reply !== null) {
          this.#sender.send(reply, client);
        }
      } catch (error) {
        if (this.#isClosed) return;
        // Once, however long it lasts: the log is for what changes.
        if (!isFailing) this.#log.error(`Cannot receive on ${formatSocketAddress(this.address)}: ${error}; trying on`);
        isFailing = true;
        await new Promise<void>((resolve) => this.#timers.start(RETRY_MS, resolve));
      }
    }
  }

  /** Takes no more queries, answers those that were taken, then closes the socket. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#unanswered);
    await this.#sender.idle();
    this.close();
  }

  /** Closes the socket now. What was taken stays unanswered. */
  close(): void {
    this.#isStopping = true;
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  #sendLater(pending: Promise<Reply>, client: SocketAddress, buffer: Uint8Array<ArrayBuffer>): void {
    const answered = pending.then((reply) => {
      this.#unanswered.delete(answered);
      this.#buffers.give(buffer);
      this.#sender.send(reply, client);
    });
    this.#unanswered.add(answered);
  }
}
