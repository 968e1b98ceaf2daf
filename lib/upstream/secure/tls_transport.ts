import type { TlsSocket } from "../../base/sockets/tls.ts";
import { Gathering } from "../stream/gathering.ts";
import { KeepTime } from "../stream/keep_time.ts";
import { StreamTransport, type StreamTransportOptions } from "../stream/stream_transport.ts";
import { UpstreamConnection, type UpstreamConnectionOptions } from "../stream/upstream_connection.ts";
import { TRAITS } from "../transport.ts";
import type { SecureDial } from "./secure_dial.ts";

/** A connection on which nothing is waited for is kept this long: the next one is dear. */
export const TLS_KEEP_MS = 60_000;

/** What is spoken (RFC 7858 has no name for it, RFC 9103 §7.1 gives one). */
export const DOT_ALPN = ["dot"] as const;

/** What a transport over TLS is made from. */
export interface TlsTransportOptions
  extends
    Omit<StreamTransportOptions, "traits" | "connect">,
    Pick<UpstreamConnectionOptions, "counters" | "random" | "tombstoneMs" | "taps"> {
  /** How it is connected to. */
  readonly dial: SecureDial<TlsSocket>;
}

/** Asks one upstream over TLS (RFC 7858). */
export function tlsTransport({ dial, ...options }: TlsTransportOptions): StreamTransport {
  const { runtime: { clock } } = options;
  const keepTime = new KeepTime(clock, TLS_KEEP_MS);
  const gathering = new Gathering(clock);
  return new StreamTransport({
    ...options,
    traits: TRAITS.tls,
    connect: async (signal) => {
      const socket = await dial.connect(signal);
      return {
        open: (owner) =>
          new UpstreamConnection({
            ...options,
            protocol: "tls",
            gathering,
            clock,
            keepTime,
            socket,
            owner,
            isGenuine: undefined,
          }),
        discard: () => socket.close(),
      };
    },
  });
}
