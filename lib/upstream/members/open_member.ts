import type { Random } from "../../base/random/random.ts";
import type { Runtime } from "../../base/runtime.ts";
import type { Services } from "../../observe/services.ts";
import { type Approach, identityOf, localHostnameOf, sourceTo } from "../approach.ts";
import {
  type Endpoint,
  isSecure,
  type PlainEndpoint,
  type SecureEndpoint,
  serverText,
  socketAddressOf,
} from "../endpoint.ts";
import { CookieJar } from "../exchange/cookie_jar.ts";
import type { UpstreamGroup } from "../group/upstream_group.ts";
import { parseEndpoint } from "../parse_endpoint.ts";
import type { UntrustedError } from "../refusal.ts";
import { openSecure, type SecureLink } from "../secure/open_secure.ts";
import type { StreamTransport } from "../stream/stream_transport.ts";
import { tcpTransport } from "../stream/tcp_transport.ts";
import { DatagramTransport } from "../udp/datagram_transport.ts";
import type { SocketPools } from "../udp/socket_pools.ts";
import { Upstream } from "../upstream.ts";

/** An upstream, and what it is asked through. */
export interface Member {
  /** The upstream. */
  readonly upstream: Upstream;
  /** Where it is. */
  readonly endpoint: Endpoint;
  /** Its connections. */
  readonly stream: StreamTransport;
  /** The way to it if it is encrypted. */
  readonly link: SecureLink | null;
  /** Who is asked where it is; see `SecureEndpoint.bootstrap`. */
  readonly bootstrapServers: UpstreamGroup | null;
  /** When it was opened; -Infinity for those of the first group, before which nobody was asked. */
  readonly openedAtMs: number;
  /** Groups that it is in. */
  groupCount: number;
  /** Those of them that it is in to be asked where others are. */
  bootstrapCount: number;
}

/** What members are opened with. */
export interface MemberOptions extends Pick<Services, "deadlines" | "counters" | "log" | "taps"> {
  /** The world outside. */
  readonly runtime: Runtime;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** Until when replies may still be on the road. */
  readonly tombstoneMs: number;
  /** Sockets for UDP. */
  readonly pools: SocketPools;
  /** Opens a group of those who are asked where others are. */
  readonly openGroup: (endpoints: readonly Endpoint[], sources: readonly string[]) => UpstreamGroup;
  /** One is not who it should be. */
  readonly onUntrusted: () => void;
}

/** Opens what is asked so. */
export function openMember(approach: Approach, openedAtMs: number, options: MemberOptions): Member {
  const { endpoint } = approach;
  const opened = isSecure(endpoint)
    ? openSecureMember(approach, endpoint, options)
    : { ...openPlainMember(approach, endpoint, options), link: null, bootstrapServers: null };
  return { ...opened, endpoint, openedAtMs, groupCount: 0, bootstrapCount: 0 };
}

function openPlainMember(
  approach: Approach,
  endpoint: PlainEndpoint,
  { runtime, deadlines, counters, log, random, tombstoneMs, pools, taps }: MemberOptions,
): Pick<Member, "upstream" | "stream"> {
  const { sources, hasCookies, isMixed } = approach;
  const { clock } = runtime;
  const address = socketAddressOf(endpoint);
  const source = sourceTo(address.hostname, sources);
  const identity = identityOf(approach);
  const jar = hasCookies ? { cookies: new CookieJar(random) } : {};
  const stream = tcpTransport({ runtime, random, deadlines, counters, address, source, tombstoneMs, taps, ...jar });
  const common = { ...jar, ...identity, endpoint, randomizesCase: isMixed, deadlines, clock, random, log };
  // It is asked over TCP from the first query on, and truncated replies are no better elsewhere.
  if (endpoint.protocol === "tcp") {
    return { upstream: new Upstream({ ...common, transport: stream, fallback: null }), stream };
  }
  const sockets = pools.at(localHostnameOf(endpoint, sources));
  const datagram = new DatagramTransport({ sockets, address, name: identity.name, counters, taps, ...jar });
  return { upstream: new Upstream({ ...common, transport: datagram, fallback: stream }), stream };
}

/** One that has to prove who it is; whoever is asked where it is is kept as long as it is. */
function openSecureMember(
  approach: Approach,
  endpoint: SecureEndpoint,
  options: MemberOptions,
): Pick<Member, "upstream" | "stream" | "link" | "bootstrapServers"> {
  const { runtime: { clock }, openGroup } = options;
  const { sources } = approach;
  const identity = identityOf(approach);
  const servers = endpoint.bootstrap.map((server) => parseEndpoint(server, 0));
  const bootstrapServers = servers.length === 0 ? null : openGroup(servers, sources);
  const onUntrusted = (error: UntrustedError) => {
    upstream.untrusted(error);
    options.onUntrusted();
  };
  const link = openSecure({ ...options, name: serverText(endpoint), endpoint, sources, bootstrapServers, onUntrusted });
  const { stream } = link;
  const upstream = new Upstream({ ...options, ...identity, endpoint, clock, transport: stream, fallback: null, link });
  return { upstream, stream, link, bootstrapServers };
}
