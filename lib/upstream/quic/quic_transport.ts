import type { QuicSocket } from "../../base/sockets/quic.ts";
import { DOQ_CODE } from "../../wire/quic/doq.ts";
import { KeepTime } from "../stream/keep_time.ts";
import { StreamTransport, type StreamTransportOptions } from "../stream/stream_transport.ts";
import { TRAITS } from "../transport.ts";
import { QuicConnection, type QuicConnectionOptions } from "./quic_connection.ts";

/** A connection on which nothing is waited for is kept this long, if the server does not want less: the next one is dear. */
export const QUIC_KEEP_MS = 60_000;

/** What a transport over QUIC is made from. */
export interface QuicTransportOptions
  extends
    Omit<StreamTransportOptions, "traits" | "connect">,
    Pick<QuicConnectionOptions, "counters" | "random" | "tombstoneMs" | "taps"> {
  /** Connects to who it should be. */
  readonly connect: (signal: AbortSignal) => Promise<QuicSocket>;
}

/** Asks one upstream over QUIC (RFC 9250). Experimental. */
export function quicTransport({ connect, ...options }: QuicTransportOptions): StreamTransport {
  const { runtime: { clock } } = options;
  const keepTime = new KeepTime(clock, QUIC_KEEP_MS);
  return new StreamTransport({
    ...options,
    traits: TRAITS.quic,
    connect: async (signal) => {
      const socket = await connect(signal);
      return {
        open: (owner) => new QuicConnection({ ...options, clock, keepTime, socket, owner }),
        discard: () => socket.close(DOQ_CODE.NO_ERROR),
      };
    },
  });
}
