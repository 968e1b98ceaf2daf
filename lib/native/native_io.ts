import { isUnspecified, type SocketAddress } from "../base/net/address.ts";
import type { DatagramSocket, DatagramUse } from "../base/runtime.ts";
import type { PushedListener } from "../base/sockets/pushed_stream.ts";
import { splitZone } from "../base/net/zone.ts";
import { findDescriptor } from "./kernel/find_descriptor.ts";
import { type Libc, openLibc } from "./kernel/libc.ts";
import { NativeBatch } from "./native_batch.ts";
import { DescriptorWaiter, NativeSocket } from "./native_socket.ts";
import { OwnSocket } from "./own_socket.ts";
import type { Reactor } from "./reactor/reactor.ts";
import { ReceiveRing } from "./receive_ring.ts";
import { carriesRuns, type OpenForSelfTest, selfTest } from "./self_test.ts";
import type { SegmentOffload } from "./segment_runs.ts";
import { OwnListener } from "./stream/own_listener.ts";
import { SendRing } from "./send_ring.ts";
import { C } from "./kernel/layout.ts";
import { familyFor } from "./kernel/sockaddr.ts";
import {
  bindTo,
  forbidFragments,
  growReceiveBuffer,
  keepToLink,
  leavePort,
  portOfSocket,
  sharePort,
  wantLocalAddress,
} from "./kernel/socket_options.ts";
import { Zones } from "./kernel/zones.ts";

/** Datagrams that one system call takes. */
const BATCH_SIZE = 32;

/**
 * Replies that leave a listener together: a quarter of a MiB of slots. The more there are, the more are for one client, and
 * leave as one message; the kernel makes 64 datagrams of one at most.
 */
const REPLIES_SIZE = 64;

/** The same for what leaves one of many sockets: a few queries of ours. */
const QUERIES_SIZE = 32;

/** Asked for each socket: bursts of some thousand datagrams are kept until they are taken. */
const RECEIVE_BUFFER_OCTETS = { clients: 4_194_304, upstreams: 1_048_576 } as const satisfies Record<
  DatagramUse,
  number
>;

/** Opens a socket in the plain way. */
export type OpenPlain = (local: SocketAddress) => DatagramSocket;

interface BatchSetup {
  readonly use: DatagramUse;
  /** Whether it says to which local address a datagram was sent, so that the reply leaves from there. */
  readonly knowsLocalAddress: boolean;
  /** What it is to be bound to together with others, instead of the port that the kernel chose. */
  readonly shared?: SocketAddress;
}

/** Opens UDP sockets that take and send datagrams in batches. Linux with glibc, on x64 and arm64. */
export class NativeIo {
  readonly #libc: Libc;
  readonly #openPlain: OpenPlain;
  readonly #reactorNow: () => Reactor | null;
  readonly #zones: Zones;
  /** Upstreams are asked from many sockets, each with little to hear: they have the ring in turn. */
  readonly #receiveRing: ReceiveRing;
  /** Those of sockets that have been closed: every socket for upstreams is, after a while. */
  readonly #spareSendRings: SendRing[] = [];
  /** What leads to clients need not be what leads to upstreams. */
  readonly #offloads: Readonly<Record<DatagramUse, SegmentOffload>> = {
    clients: { isUsable: false },
    upstreams: { isUsable: false },
  };
  /** The least that a socket for clients has got. */
  #clientRoomOctets = Infinity;
  /** Why the last socket that has no batches has none. */
  #failure: string | null = null;

  /**
   * Tries everything out over the loopback.
   *
   * @param reactorNow Who waits for sockets that are opened now; `null`: Deno does.
   * @throws {Error} when this machine is not made for it, with the reason.
   */
  constructor(openPlain: OpenPlain, libc: Libc = openLibcHere(), reactorNow: () => Reactor | null = () => null) {
    this.#libc = libc;
    this.#reactorNow = reactorNow;
    this.#zones = new Zones(libc);
    this.#openPlain = openPlain;
    this.#receiveRing = new ReceiveRing(libc, BATCH_SIZE);
    onFailure(() => libc.close(), () => {
      const open: OpenForSelfTest = (local, use) => {
        const plain = openPlain(local);
        const isForClients = use === "clients";
        return onFailure(() => plain.close(), () => this.#addBatch(plain, { use, knowsLocalAddress: isForClients }));
      };
      selfTest(open);
      this.#offloads.upstreams.isUsable = true;
      if (!carriesRuns(open)) this.#offloads.upstreams.isUsable = false;
      this.#offloads.clients.isUsable = this.#offloads.upstreams.isUsable;
    });
  }

  /** What it does and with how much room, for the operator; once the sockets for clients are open. */
  describe(): string {
    if (this.#failure !== null) return `takes datagrams one by one on some sockets: ${this.#failure}`;
    const batches = `takes datagrams in batches of up to ${BATCH_SIZE}`;
    // Clients may all come over streams.
    if (this.#clientRoomOctets === Infinity) return batches;
    return `${batches}, the kernel keeps up to ${this.#clientRoomOctets >> 10} KiB for each listener`;
  }

  /**
   * Binds a socket. See `Network.openDatagram`, also for what it throws. If the socket cannot be furnished with batches,
   * it comes without.
   */
  openDatagram(local: SocketAddress, use: DatagramUse): DatagramSocket {
    const setup = { use, knowsLocalAddress: use === "clients" && isUnspecified(local) };
    const reactor = this.#reactorNow();
    const own = reactor && this.#openOwn(reactor, local, setup);
    if (own !== null) return this.#noted(own, use);
    const plain = this.#openPlain(local);
    try {
      return this.#noted(this.#addBatch(plain, setup), use);
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      return plain;
    }
  }

  /**
   * Binds a socket for clients to an address that others may have in the same way, in this process or another: the kernel
   * spreads the clients over them.
   *
   * @throws {Error} when the kernel refuses.
   */
  openSharedDatagram(local: SocketAddress): DatagramSocket {
    const setup = { use: "clients", knowsLocalAddress: isUnspecified(local), shared: local } as const;
    const reactor = this.#reactorNow();
    const own = reactor && this.#openOwn(reactor, local, setup);
    if (own !== null) return this.#noted(own, "clients");
    const plain = this.#openPlain({ ...local, port: 0 });
    return onFailure(() => plain.close(), () => this.#noted(this.#addBatch(plain, setup), "clients"));
  }

  #noted<Socket extends NativeSocket | OwnSocket>(socket: Socket, use: DatagramUse): Socket {
    const { receiveBufferOctets } = socket.batch;
    if (use === "clients") this.#clientRoomOctets = Math.min(this.#clientRoomOctets, receiveBufferOctets);
    return socket;
  }

  /**
   * Listens for connections that the reactor waits for; see `Network.listenPushed`. `null` when there is none that does.
   *
   * @param isShared Whether others may listen there in this way, too.
   */
  listenPushed(local: SocketAddress, isShared: boolean): PushedListener | null {
    const reactor = this.#reactorNow();
    if (reactor === null) return null;
    return new OwnListener({ libc: this.#libc, zones: this.#zones, reactor, local, isShared });
  }

  /** The address with its zone as the sockets tell it: by the name of the interface where that has one. */
  named(address: SocketAddress): SocketAddress {
    const { address: bare, zone } = splitZone(address.hostname);
    const index = zone === null ? 0 : this.#zones.indexOf(zone);
    return index === 0 ? address : { ...address, hostname: `${bare}%${this.#zones.nameOf(index)}` };
  }

  /** To be called when all sockets are closed. */
  close(): void {
    this.#libc.close();
  }

  /** A socket that Deno knows nothing of; `null` when there can be none like this: Deno then says why. */
  #openOwn(reactor: Reactor, local: SocketAddress, setup: BatchSetup): OwnSocket | null {
    const libc = this.#libc;
    const fd = libc.socket(familyFor(local), C.SOCK_DGRAM | C.SOCK_NONBLOCK | C.SOCK_CLOEXEC, 0);
    if (fd < 0) return null;
    return onFailure(() => libc.closeDescriptor(fd), () => {
      const { shared } = setup;
      if (!bindTo(libc, fd, local, shared !== undefined)) {
        libc.closeDescriptor(fd);
        return null;
      }
      const address = { ...local, port: portOfSocket(libc, fd) };
      const { batch } = this.#furnish(fd, address, setup);
      return new OwnSocket({ address, libc, fd, batch, reactor, leave: this.#leaveFor(fd, shared) });
    });
  }

  #addBatch(plain: DatagramSocket, setup: BatchSetup): NativeSocket {
    const libc = this.#libc;
    const { shared } = setup;
    const fd = findDescriptor(libc, plain.address);
    if (fd === -1) throw new Error("Cannot find the socket among the open files");
    if (shared !== undefined) sharePort(libc, fd, shared);
    const address = shared ?? plain.address;
    const { batch, receiveRing } = this.#furnish(fd, address, setup);
    const waiter = setup.knowsLocalAddress ? new DescriptorWaiter(libc, fd, receiveRing) : null;
    return new NativeSocket({ address, plain, batch, waiter, leave: this.#leaveFor(fd, shared) });
  }

  #leaveFor(fd: number, shared: SocketAddress | undefined): (() => void) | undefined {
    return shared && (() => leavePort(this.#libc, fd, shared));
  }

  /** Sets what is not as Linux has it, and adds what batches take. */
  #furnish(fd: number, address: SocketAddress, { use, knowsLocalAddress }: BatchSetup) {
    const libc = this.#libc;
    const family = familyFor(address);
    if (knowsLocalAddress && !wantLocalAddress(libc, fd, family)) throw new Error("Cannot set IP_PKTINFO");
    forbidFragments(libc, fd, family);
    const { zone } = splitZone(address.hostname);
    if (zone !== null) keepToLink(libc, fd, this.#zones.indexOf(zone));
    const receiveBufferOctets = growReceiveBuffer(libc, fd, RECEIVE_BUFFER_OCTETS[use]);
    const receiveRing = use === "clients" ? new ReceiveRing(libc, BATCH_SIZE) : this.#receiveRing;
    const sendRing = use === "clients"
      ? new SendRing(libc, REPLIES_SIZE, this.#offloads.clients)
      : this.#spareSendRings.pop() ?? new SendRing(libc, QUERIES_SIZE, this.#offloads.upstreams);
    const onClosed = () => void (use === "upstreams" && this.#spareSendRings.push(sendRing));
    const batch = new NativeBatch({ libc, fd, family, receiveRing, sendRing, receiveBufferOctets, onClosed });
    return { batch, receiveRing };
  }
}

/** Does the work, and cleans up if it throws. */
function onFailure<T>(cleanUp: () => void, work: () => T): T {
  try {
    return work();
  } catch (error) {
    cleanUp();
    throw error;
  }
}

function openLibcHere(): Libc {
  const { os, arch } = Deno.build;
  if (os !== "linux") throw new Error(`it is made for Linux, this is ${os}`);
  if (arch !== "x86_64" && arch !== "aarch64") throw new Error(`it is made for x86_64 and aarch64, this is ${arch}`);
  return openLibc();
}
