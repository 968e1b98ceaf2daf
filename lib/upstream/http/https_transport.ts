import { formatSocketAddress } from "../../base/net/address.ts";
import type { TlsSocket } from "../../base/sockets/tls.ts";
import { HTTP } from "../../http/exchanges.ts";
import { EDE } from "../../wire/iana.ts";
import type { SecureEndpoint } from "../endpoint.ts";
import { KeepTime } from "../stream/keep_time.ts";
import { StreamTransport, type StreamTransportOptions } from "../stream/stream_transport.ts";
import { TRAITS } from "../transport.ts";
import { UpstreamError } from "../upstream_error.ts";
import { HttpConnection, type HttpConnectionOptions } from "./http_connection.ts";
import type { HttpTarget } from "./http_question.ts";
import { RetryAfter } from "./retry_after.ts";

/** A connection on which nothing is waited for is kept this long: the next one is dear. */
export const HTTPS_KEEP_MS = 60_000;

/** What is spoken: HTTP/2, the least that RFC 8484 §5.2 recommends. One question at a time would wait for the other. */
export const DOH_ALPN = ["h2"] as const;

/** RFC 9110 §4.2.2. */
const USUAL_PORT = 443;

/** What a transport over HTTPS is made from. */
export interface HttpsTransportOptions
  extends
    Omit<StreamTransportOptions, "traits" | "connect">,
    Pick<HttpConnectionOptions, "counters" | "random" | "tombstoneMs" | "taps"> {
  /** How it is connected to. */
  readonly dial: { connect(signal: AbortSignal): Promise<TlsSocket> };
  /** What is asked for, and of whom. */
  readonly endpoint: SecureEndpoint;
}

/** Asks one upstream over HTTPS (RFC 8484). */
export function httpsTransport({ dial, endpoint, ...options }: HttpsTransportOptions): StreamTransport {
  const { runtime: { clock }, name } = options;
  const keepTime = new KeepTime(clock, HTTPS_KEEP_MS);
  const retryAfter = new RetryAfter(clock);
  const busy = () => retryAfter.isNow ? new UpstreamError(`${name} wants to be left alone`, EDE.NETWORK_ERROR) : null;
  return new StreamTransport({
    ...options,
    traits: TRAITS.https,
    busy,
    connect: async (signal) => {
      const socket = await dial.connect(signal);
      if (socket.alpn !== "h2") {
        socket.close();
        throw new UpstreamError(`${name} does not speak HTTP/2`, EDE.NETWORK_ERROR);
      }
      const target = targetOf(endpoint, socket.peer.hostname);
      return {
        open: (owner) =>
          new HttpConnection({ ...options, http: HTTP, clock, keepTime, retryAfter, target, socket, owner }),
        discard: () => socket.close(),
      };
    },
  });
}

/** What stands in requests. Without a name it is the address. */
function targetOf({ name, port, path }: SecureEndpoint, hostname: string): HttpTarget {
  const withPort = name === null ? formatSocketAddress({ transport: "tcp", hostname, port }) : `${name}:${port}`;
  const authority = port === USUAL_PORT ? withPort.slice(0, withPort.lastIndexOf(":")) : withPort;
  return { authority, path: path! };
}
