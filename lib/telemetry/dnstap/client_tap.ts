import type { Channel } from "../../resolver/client.ts";
import { CHANNELS } from "../../resolver/client.ts";
import type { Query } from "../../resolver/query.ts";
import type { Reply } from "../../resolver/reply.ts";
import type { Observer } from "../../server/server.ts";
import type { DayTime } from "./day_time.ts";
import type { FrameBuffers } from "./frame_buffers.ts";
import { MESSAGE_TYPE, type MessageFrame, SOCKET_PROTOCOL } from "./message_frame.ts";
import { OwnAddresses } from "./own_addresses.ts";
import type { ToldMessages } from "./told_messages.ts";

/** What taps are made from. */
export interface TapOptions {
  /** Where frames go. */
  readonly buffers: FrameBuffers;
  /** What they are made with. */
  readonly frame: MessageFrame;
  /** Knows the time of day. */
  readonly time: DayTime;
  /** What may be told. */
  readonly told: ToldMessages;
}

/** By the place of the channel among `CHANNELS`. */
const PROTOCOLS = Uint8Array.from(CHANNELS, (channel: Channel) => SOCKET_PROTOCOL[channel]);

/** Tells of each message from a client, and of what it gets, at the moment when the reply leaves. */
export class ClientTap implements Observer {
  readonly #options: TapOptions;
  readonly #own = new OwnAddresses();

  /** See {@linkcode TapOptions}. */
  constructor(options: TapOptions) {
    this.#options = options;
  }

  /** See `Observer`. */
  answered(query: Query, _reply: Reply, timeoutMs: number, tookMs: number): void {
    // hot path
    const beganMs = query.deadlineMs - timeoutMs;
    const { frame, time, told } = this.#options;
    const { client, wire, scan } = query;
    if (!told.tellsOf(client) || !told.tellsQuestion(wire, scan.questionCount)) return;
    frame.protocol = PROTOCOLS[client.channelIndex]!;
    time.tell(beganMs, frame.queryAt);
    told.putClient(frame, client, query.clientPort, 1000 * frame.queryAt.seconds);
    const address = this.#own.addressFor(client);
    // All addresses of a frame are of one family.
    frame.responseAddress = address !== null && (address.length === 16) === frame.isIpv6 ? address : null;
    frame.responsePort = this.#own.portFor(client);
    frame.type = MESSAGE_TYPE.clientQuery;
    told.putQuery(frame, query);
    this.#put(frame);
    frame.type = MESSAGE_TYPE.clientResponse;
    time.tell(beganMs + tookMs, frame.responseAt);
    told.putReply(frame, query);
    this.#put(frame);
  }

  #put(frame: MessageFrame): void {
    // hot path
    const { buffers } = this.#options;
    const buffer = buffers.room(frame.octetsMax);
    if (buffer !== null) buffers.put(buffer, frame.putInto(buffer.octets, buffer.end));
  }
}
