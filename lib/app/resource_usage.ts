import type { StreamLimit } from "../server/listen/stream/stream_limit.ts";
import type { Listeners } from "./listeners.ts";
import type { Resources } from "./resources.ts";

/** What a program holds for queries at a moment. */
export interface ResourceUsage {
  /** Questions that wait for their answers. */
  readonly inFlight: number;
  /** Deadlines that wait for their moments. */
  readonly deadlines: number;
  /** UDP sockets towards upstreams: those in use stay open. */
  readonly upstreamSockets: number;
  /** TCP connections towards upstreams, those being made included. */
  readonly upstreamConnections: number;
  /** Connections of clients. */
  readonly connections: number;
  /** Octets of queries and replies that wait on these. */
  readonly connectionOctets: number;
}

/** What is held now. */
export function resourceUsage(
  { loads, deadlines, registry }: Resources,
  { sessionCount }: Listeners,
  { waitingOctets }: StreamLimit,
): ResourceUsage {
  return {
    inFlight: loads.count,
    deadlines: deadlines.size,
    upstreamSockets: registry.openSockets,
    upstreamConnections: registry.openStreams,
    connections: sessionCount,
    connectionOctets: waitingOctets,
  };
}
