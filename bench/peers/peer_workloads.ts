import type { Workload } from "../common/workloads.ts";

/** A way in which clients ask forwarders, and upstreams answer them. */
export interface PeerWorkload extends Workload {
  /** How servers are measured: one after the other, or all at once and in turn; or one after the other, from their start. */
  readonly method: "alone" | "paired" | "from the start";
  /** Whether the upstream's responses have authority and additional records beside the answer. */
  readonly hasAuthority: boolean;
  /** Where clients ask, and upstreams are asked. */
  readonly loopback: "127.0.0.1" | "::1";
}

const ALONE = {
  transport: "udp",
  clients: 10,
  inFlight: 100,
  inTurns: false,
  method: "alone",
  hasAuthority: false,
  loopback: "127.0.0.1",
} as const;
const COLD = { ...ALONE, names: "every" } as const;
const AS_DIG = "queries as dig sends them";

/** The workloads in the order of the tables. */
export const PEER_WORKLOADS: readonly PeerWorkload[] = [
  ...[1, 10].flatMap((inFlight) => paired("hits", inFlight)),
  ...[100, 400].map((inFlight) => ({
    ...ALONE,
    name: `hits-${inFlight}`,
    title: `Cache hits, ${inFlight} in flight`,
    names: "hot" as const,
    clients: inFlight,
    inFlight,
  })),
  { ...ALONE, name: "hits-100-dig", title: `Cache hits, 100 in flight, ${AS_DIG}`, names: "hot", dress: "dig" },
  { ...ALONE, name: "zipf", title: "Zipf, 100 in flight", names: "zipf" },
  ...[1, 10].flatMap((inFlight) => paired("cold", inFlight)),
  { ...COLD, name: "cold", title: "Cold, 100 in flight" },
  { ...COLD, name: "cold-authority", title: "Cold, 100 in flight, replies with authority records", hasAuthority: true },
  { ...COLD, name: "cold-dig", title: `Cold, 100 in flight, ${AS_DIG}`, dress: "dig" },
  { ...COLD, name: "cold-ipv6", title: "Cold, 100 in flight, over IPv6", loopback: "::1" },
  {
    ...ALONE,
    name: "tcp",
    title: "Cache hits over TCP, 10 connections, 100 in flight",
    names: "hot",
    transport: "tcp",
  },
  { ...COLD, name: "memory", title: "Every name once from the start, 100 in flight", method: "from the start" },
];

/** Few in flight, which dnsperf cannot do; see `askInTurns()`. */
function paired(what: "hits" | "cold", inFlight: number): PeerWorkload[] {
  const one = {
    ...ALONE,
    method: "paired",
    names: what === "hits" ? "hot" : "every",
    clients: inFlight,
    inFlight,
  } as const;
  const name = `${what}-${inFlight}`;
  const title = `${what === "hits" ? "Cache hits" : "Cold"}, ${inFlight} in flight, all servers in turn`;
  if (inFlight === 1) return [{ ...one, name, title }];
  return [
    { ...one, name, title },
    ...(what === "hits"
      ? []
      : [{ ...one, name: `${name}-authority`, title: `${title}, replies with authority records`, hasAuthority: true }]),
    { ...one, name: `${name}-dig`, title: `${title}, ${AS_DIG}`, dress: "dig" },
    { ...one, name: `${name}-ipv6`, title: `${title}, over IPv6`, loopback: "::1" },
  ];
}
