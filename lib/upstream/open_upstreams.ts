import { anyAddressFor, formatSocketAddress } from "../base/net/address.ts";
import type { DeadlineQueue } from "../base/time/deadline_queue.ts";
import { Random } from "../base/random/random.ts";
import type { Runtime } from "../base/runtime.ts";
import type { Counters } from "../observe/counters.ts";
import type { Log } from "../observe/log.ts";
import { type Endpoint, socketAddressOf } from "./endpoint.ts";
import { CookieJar } from "./exchange/cookie_jar.ts";
import { DatagramTransport } from "./udp/datagram_transport.ts";
import { SocketPool } from "./udp/socket_pool.ts";
import type { Strategy } from "./group/strategy.ts";
import { StreamTransport } from "./stream/stream_transport.ts";
import { Upstream } from "./upstream.ts";
import { Upstreams } from "./group/upstreams.ts";

/** What upstreams are opened with. */
export interface OpenUpstreamsOptions {
  /** In order of preference; at least one. */
  readonly endpoints: readonly Endpoint[];
  /** In which order they are asked. */
  readonly strategy: Strategy;
  /** Sockets of each address family that take turns. */
  readonly socketCount: number;
  /** Whether queries carry cookies; they do unless said otherwise. */
  readonly asksWithCookies?: boolean;
  /** Whether names go out in random letter case; they do unless said otherwise. */
  readonly randomizesCase?: boolean;
  /** Until the last reply that may still be on the road has arrived or is lost. */
  readonly ghostMs: number;
  /** The world outside. */
  readonly runtime: Runtime;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Where it is counted. */
  readonly counters: Counters;
  /** Where the operator reads. */
  readonly log: Log;
}

/**
 * Makes the upstreams with their transports. All of one address family share a pool of sockets, and so do all of one link:
 * those with link-local addresses. What comes in on the sockets of a link has come from there.
 */
export function openUpstreams(options: OpenUpstreamsOptions): Upstreams {
  const { endpoints, strategy, socketCount, ghostMs, runtime, deadlines, counters, log } = options;
  const { asksWithCookies = true, randomizesCase = true } = options;
  const { clock } = runtime;
  const random = new Random(runtime.random);
  const pools = new Map<string, SocketPool>();
  const poolFor = (localHostname: string) => {
    const options = { runtime, random, deadlines, counters, log, localHostname, size: socketCount, ghostMs };
    return pools.getOrInsertComputed(localHostname, () => new SocketPool(options));
  };
  const streams: StreamTransport[] = [];
  const upstreams = endpoints.map((endpoint) => {
    const address = socketAddressOf(endpoint);
    const sockets = poolFor(anyAddressFor(address));
    const jar = asksWithCookies ? { cookies: new CookieJar(random) } : {};
    const datagram = new DatagramTransport({ sockets, address, name: formatSocketAddress(address), counters, ...jar });
    const stream = new StreamTransport({ runtime, random, deadlines, counters, address, ghostMs, ...jar });
    streams.push(stream);
    // `tcp://` as an upstream means TCP from the first query on.
    const first = endpoint.protocol === "tcp" ? stream : datagram;
    return new Upstream({ endpoint, datagram: first, stream, ...jar, randomizesCase, deadlines, clock, random, log });
  });
  return new Upstreams({
    upstreams,
    pools: [...pools.values()],
    streams,
    strategy,
    random,
    clock,
    deadlines,
    counters,
  });
}
