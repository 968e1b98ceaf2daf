import type { SocketAddress } from "../../lib/base/net/address.ts";
import { decode, type Message, type Question } from "../../lib/wire/message.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import type { FakeWorld } from "./fake_world.ts";
import type { HostSocket } from "./host_socket.ts";
import type { HostStream } from "./host_stream.ts";
import { wire } from "./messages.ts";
import { eachMessage } from "./stream_messages.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** A reply as a client got it. */
export interface ReceivedReply {
  readonly atMs: number;
  readonly from: SocketAddress;
  readonly octets: Octets;
  readonly message: Message;
}

/** A client of a scene. */
abstract class Client {
  /** Every reply, first to last. */
  readonly replies: ReceivedReply[] = [];

  /** The one reply that has come. */
  get reply(): ReceivedReply {
    const [reply, ...others] = this.replies;
    if (reply === undefined || others.length > 0) throw new Error(`Client has ${this.replies.length} replies, not one`);
    return reply;
  }

  /** Sends a query with RD for the questions. */
  ask(questions: readonly Question[], fields: Partial<Message> = {}): void {
    this.send(wire({ id: 0x1234, recursionDesired: true, questions, ...fields }));
  }

  /** Sends a message of any octets. */
  abstract send(octets: Octets): void;
}

/** A client over UDP. */
export class SceneClient extends Client {
  readonly #socket: HostSocket;
  readonly #service: SocketAddress;

  constructor(world: FakeWorld, socket: HostSocket, service: SocketAddress) {
    super();
    this.#socket = socket;
    this.#service = service;
    socket.onDatagram = (octets, from) => {
      this.replies.push({ atMs: world.time.nowMs(), from, octets, message: decode(octets) });
    };
  }

  /** Where it asks from. */
  get address(): SocketAddress {
    return this.#socket.address;
  }

  override send(octets: Octets): void {
    this.#socket.send(octets, this.#service);
  }
}

/** A client with a TCP connection. */
export class SceneStreamClient extends Client {
  readonly stream: HostStream;

  constructor(world: FakeWorld, stream: HostStream) {
    super();
    this.stream = stream;
    eachMessage(stream, (octets) => {
      this.replies.push({ atMs: world.time.nowMs(), from: stream.peer, octets, message: decode(octets) });
    });
  }

  override send(octets: Octets): void {
    this.stream.send(toFrame(octets));
  }
}
