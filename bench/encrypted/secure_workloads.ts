import type { Workload } from "../common/workloads.ts";
import { PEER_WORKLOADS } from "../peers/peer_workloads.ts";
import type { Asking } from "./secure_forwarders.ts";

/** A way in which clients ask, and forwarders ask upstream. */
export interface SecureWorkload extends Workload {
  /** Who asks: over UDP or TLS by dnsperf, over HTTPS by h2load; "handshakes": connects and goes, by openssl. */
  readonly channel: "udp" | "dot" | "doh-get" | "doh-post" | "handshakes";
  /** How the upstream is asked, which is one that looks at the first query of a record alone, or one that looks at all. */
  readonly asking: Asking;
  readonly upstream: "nsd" | "unbound";
}

const COLD: Workload = PEER_WORKLOADS.find(({ name }) => name === "cold")!;
const HITS = { names: "hot", inFlight: 100, inTurns: false, upstream: "nsd", asking: "udp" } as const;
const UPWARD = { ...COLD, channel: "udp" } as const;

/** In the order of the tables. */
export const SECURE_WORKLOADS: readonly SecureWorkload[] = [
  ...[1, 10, 100].map((clients) => ({
    ...HITS,
    name: `dot-${clients}`,
    title: `Cache hits over TLS, ${clients === 1 ? "1 connection" : `${clients} connections`}, 100 in flight`,
    channel: "dot" as const,
    transport: "dot" as const,
    clients,
  })),
  {
    ...COLD,
    name: "dot-cold",
    title: "Cold, over TLS, 10 connections, 100 in flight; upstream over UDP",
    channel: "dot",
    transport: "dot",
    upstream: "nsd",
    asking: "udp",
  },
  { ...HITS, name: "doh-get", title: "Cache hits over HTTPS, GET", channel: "doh-get", transport: "tcp", clients: 10 },
  {
    ...HITS,
    name: "doh-post",
    title: "Cache hits over HTTPS, POST, one name",
    channel: "doh-post",
    transport: "tcp",
    clients: 10,
  },
  {
    ...HITS,
    name: "handshakes",
    title: "Handshakes of TLS, full ones, one at a time (each is an answer)",
    channel: "handshakes",
    transport: "tcp",
    clients: 1,
  },
  { ...UPWARD, name: "up-dot", title: "Cold, upstream unbound over TLS", upstream: "unbound", asking: "dot" },
  { ...UPWARD, name: "up-dot-nsd", title: "Cold, upstream nsd over TLS", upstream: "nsd", asking: "dot" },
  { ...UPWARD, name: "up-doh", title: "Cold, upstream unbound over HTTPS", upstream: "unbound", asking: "doh" },
];
