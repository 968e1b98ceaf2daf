import type { SocketAddress } from "../../base/net/address.ts";
import type { PushedListener, PushedListenerWatcher } from "../../base/sockets/pushed_stream.ts";
import { AddressInUseError } from "../../base/runtime.ts";
import { formatSocketAddress } from "../../base/net/address.ts";
import { C, ERRNO, SMALL_OCTETS } from "../kernel/layout.ts";
import type { Libc } from "../kernel/libc.ts";
import { NAME_WORDS } from "../kernel/native_peer.ts";
import { familyFor, hostnameOf, portOf } from "../kernel/sockaddr.ts";
import { bindTo, portOfSocket, setOption } from "../kernel/socket_options.ts";
import type { Zones } from "../kernel/zones.ts";
import { INTEREST } from "../reactor/epoll_set.ts";
import type { Reactor } from "../reactor/reactor.ts";
import { OwnStream } from "./own_stream.ts";

/** Connections that the kernel keeps until they are taken, as Deno has it. */
const BACKLOG = 511;
/** Connections that are taken in one turn: those who ask on others have theirs in between. */
const ACCEPTED_MAX = 16;

/** accept(2): what has become of one connection only. The next one is to be tried. */
const OF_CONNECTION: readonly number[] = [
  ERRNO.EINTR,
  ERRNO.EPERM,
  ERRNO.EPROTO,
  ERRNO.ENOPROTOOPT,
  ERRNO.EOPNOTSUPP,
  ERRNO.ENETDOWN,
  ERRNO.ENETUNREACH,
  ERRNO.ECONNABORTED,
  ERRNO.EHOSTDOWN,
  ERRNO.EHOSTUNREACH,
  ERRNO.ENONET,
];

/** What a listener is made from. */
export interface OwnListenerOptions {
  /** The C library. */
  readonly libc: Libc;
  /** Names the links of link-local peers. */
  readonly zones: Zones;
  /** Who waits for it, and for its connections. */
  readonly reactor: Reactor;
  /** What it is bound to. */
  readonly local: SocketAddress;
  /** Whether others may be bound there in this way, too: the kernel spreads the connections over them (SO_REUSEPORT). */
  readonly isShared: boolean;
}

/** A listening socket of the C library's own, for the reactor to wait for. */
export class OwnListener implements PushedListener {
  /** See `PushedListener`. */
  readonly address: SocketAddress;
  readonly #options: OwnListenerOptions;
  readonly #fd: number;
  readonly #name = new Uint32Array(SMALL_OCTETS / 4);
  readonly #length = new Uint32Array(SMALL_OCTETS / 4);
  #isClosed = false;

  /**
   * Binds and listens.
   *
   * @throws {AddressInUseError} when another socket holds the address.
   * @throws {Error} whatever else the kernel says.
   */
  constructor(options: OwnListenerOptions) {
    const { libc, local } = options;
    this.#options = options;
    this.#fd = libc.socket(familyFor(local), C.SOCK_STREAM | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, 0);
    if (this.#fd < 0) throw new Error(`socket failed with errno ${libc.errno()}`);
    try {
      this.#listen();
      this.address = { ...local, port: portOfSocket(libc, this.#fd) };
    } catch (error) {
      libc.closeDescriptor(this.#fd);
      throw error;
    }
  }

  #listen(): void {
    const { libc, local, isShared } = this.#options;
    // Connections of before that are not quite over do not keep the address.
    setOption(libc, this.#fd, C.SOL_SOCKET, C.SO_REUSEADDR, 1);
    // Small messages that wait for each other's acknowledgements would take 40 ms each. Connections inherit it.
    setOption(libc, this.#fd, C.IPPROTO_TCP, C.TCP_NODELAY, 1);
    if (bindTo(libc, this.#fd, local, isShared) && libc.listen(this.#fd, BACKLOG) === 0) return;
    const errno = libc.errno();
    if (errno === ERRNO.EADDRINUSE) throw new AddressInUseError(`${formatSocketAddress(local)} is in use`);
    throw new Error(`bind failed with errno ${errno}`);
  }

  /** See `PushedListener`. */
  watch(watcher: PushedListenerWatcher): () => void {
    if (this.#isClosed) return () => {};
    const { reactor } = this.#options;
    reactor.add(this.#fd, INTEREST.read, { onReady: () => this.#accept(watcher) });
    return () => {
      if (!this.#isClosed) reactor.remove(this.#fd);
    };
  }

  /** See `PushedListener`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { libc, reactor } = this.#options;
    reactor.remove(this.#fd);
    libc.closeDescriptor(this.#fd);
  }

  #accept(watcher: PushedListenerWatcher): void {
    const { libc, reactor, zones } = this.#options;
    for (let i = 0; i < ACCEPTED_MAX && !this.#isClosed; i++) {
      this.#length[0] = SMALL_OCTETS;
      const fd = libc.accept(this.#fd, this.#name, this.#length, C.SOCK_NONBLOCK | C.SOCK_CLOEXEC);
      if (fd >= 0) {
        const hostname = hostnameOf(this.#name.subarray(0, NAME_WORDS), zones) ?? "0.0.0.0";
        const peer = { ...this.address, hostname, port: portOf(this.#name[0]!) };
        watcher.onConnection(new OwnStream({ peer, libc, fd, reactor }));
        continue;
      }
      const errno = libc.errno();
      if (errno === ERRNO.EAGAIN) return;
      if (!OF_CONNECTION.includes(errno)) return watcher.onFailed(new Error(`accept failed with errno ${errno}`));
    }
  }
}
