import type { Clock } from "../../base/runtime.ts";
import { octetsOf } from "../../base/net/zone.ts";
import type { Departure, Passage, UpstreamTap } from "../../observe/upstream_tap.ts";
import { putUint16 } from "../../wire/octets.ts";
import type { TapOptions } from "./client_tap.ts";
import { MESSAGE_TYPE, SOCKET_PROTOCOL } from "./message_frame.ts";

/** Of these addresses there are as many as upstreams, and those of a machine. */
const KEPT_MAX = 256;

/** What the tap of upstreams is made from. */
export interface ForwarderTapOptions extends TapOptions {
  /** What the time is read from. */
  readonly clock: Clock;
}

/** Tells of each message to an upstream when it is sent, and of each reply when it is believed. */
export class ForwarderTap implements UpstreamTap {
  readonly #options: ForwarderTapOptions;
  readonly #addresses = new Map<string, Uint8Array | null>();

  /** See {@linkcode ForwarderTapOptions}. */
  constructor(options: ForwarderTapOptions) {
    this.#options = options;
  }

  /** See `UpstreamTap`. */
  sent(message: Uint8Array<ArrayBuffer>, departure: Departure): Passage {
    const sentAtMs = this.#options.clock.nowMs();
    this.#put(MESSAGE_TYPE.forwarderQuery, message, departure, sentAtMs);
    return {
      replied: (reply) => this.#put(MESSAGE_TYPE.forwarderResponse, reply, departure, sentAtMs),
    };
  }

  #put(type: number, message: Uint8Array<ArrayBuffer>, departure: Departure, sentAtMs: number): void {
    const { frame, time, told, buffers, clock } = this.#options;
    const { protocol, id, server, source } = departure;
    if (!told.tellsQuestion(message, 1)) return;
    frame.type = type;
    frame.protocol = SOCKET_PROTOCOL[protocol as keyof typeof SOCKET_PROTOCOL];
    frame.responseAddress = this.#octets(server.hostname);
    frame.responsePort = server.port;
    frame.isIpv6 = frame.responseAddress?.length === 16;
    frame.queryAddress = source === null || isAnywhere(source.hostname) ? null : this.#octets(source.hostname);
    frame.queryPort = source?.port ?? 0;
    time.tell(sentAtMs, frame.queryAt);
    time.tell(clock.nowMs(), frame.responseAt);
    told.putMessage(frame, message);
    const buffer = buffers.room(frame.octetsMax);
    if (buffer === null) return;
    const end = frame.putInto(buffer.octets, buffer.end);
    // The message is the last field.
    if (frame.messageOctets > 0) putUint16(buffer.octets, end - frame.messageOctets, id);
    buffers.put(buffer, end);
  }

  #octets(hostname: string): Uint8Array | null {
    const known = this.#addresses.get(hostname);
    if (known !== undefined) return known;
    if (this.#addresses.size >= KEPT_MAX) this.#addresses.clear();
    const octets = octetsOf(hostname);
    this.#addresses.set(hostname, octets);
    return octets;
  }
}

function isAnywhere(hostname: string): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}
