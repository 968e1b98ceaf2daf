/** `GET upstreams`: who is asked. */
export interface UpstreamsAnswer {
  /** In order of preference. */
  readonly upstreams: readonly UpstreamAnswer[];
  /** Who is asked together; the default first. */
  readonly groups: readonly GroupAnswer[];
}

/** A server that is asked. */
export interface UpstreamAnswer {
  /** As it is written after `--resolver`; what stands in the path of `disable` and `enable`, percent-encoded. */
  readonly name: string;
  /** `up`, `down`, `probing`, `loop`, `disabled` (by hand); several, with commas, where workers differ. */
  readonly state: string;
  /** Why, for people; empty when there is nothing to be said. */
  readonly reason: string;
  /** How long it is still left out by hand; `null` when it is not. */
  readonly disabledSeconds: number | null;
  /** Names of the groups that it is in. */
  readonly groups: readonly string[];
  /** What it is asked over: `udp`, `tls`, `https`, `quic`, … */
  readonly transport: string;
  /** SRTT; `null` when never measured. */
  readonly smoothedMs: number | null;
  /** Half of its replies came within; `null` when never measured. */
  readonly medianMs: number | null;
  /** 95 of 100 recent replies came within; `null` when never measured. */
  readonly percentile95Ms: number | null;
  /** Messages sent to it. */
  readonly queries: number;
  /** Replies from it. */
  readonly replies: number;
  /** Questions on which it failed. */
  readonly failures: number;
  /** These by why: `timeout`, `servfail`, `refused`, `network`, `tls`, `garbled`. */
  readonly failuresByReason: Readonly<Record<string, number>>;
  /** Its replies by RCODE in text. */
  readonly repliesByRcode: Readonly<Record<string, number>>;
  /** Sends to it because another one was slow. */
  readonly hedges: number;
  /** Connections that were set up; `null` where it takes none. */
  readonly handshakes: number | null;
  /** What it is found to lack, for people: `asked without EDNS`. */
  readonly notes: readonly string[];
}

/** Servers that are asked together. */
export interface GroupAnswer {
  /** What the configuration calls it. */
  readonly name: string;
  /** Names of its upstreams, in order of preference. */
  readonly upstreams: readonly string[];
  /** The group that is asked when all of these have failed; `null` for none. */
  readonly fallback: string | null;
}

/** `POST upstreams/{name}/disable`; `enable` has no body. The answer to both is an `UpstreamsAnswer`. */
export interface DisableBody {
  /** How long it is left out, 1 to 86,400. */
  readonly seconds: number;
}
