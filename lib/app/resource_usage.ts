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
  /** TCP connections of clients. */
  readonly connections: number;
  /** Octets of queries and replies that wait on these. */
  readonly connectionOctets: number;
}
