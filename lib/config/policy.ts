import type { Endpoint } from "../upstream/endpoint.ts";
import type { Strategy } from "../upstream/group/strategy.ts";
import type { DomainPattern } from "./domain_pattern.ts";
import {
  type AnswersConfig,
  type BlockAnswer,
  type BlockConfig,
  type BlockRule,
  DEFAULT_ANSWERS,
  DEFAULT_BLOCK,
  type Dns64Config,
  type ListConfig,
  type ScheduleConfig,
} from "./lists.ts";
import type { Place } from "./place.ts";

/**
 * What a configuration says of names, clients and upstreams beyond single settings: who is asked for what, who asks, and what is
 * known here. Plain data, checked: each name of a group that stands here is one of a group that stands here, too. The
 * order of routes, rewrites and client groups says nothing: `docs/configuration.md` has the law of what counts.
 */
export interface Policy {
  /** Everybody who can be asked; the first is `default` if anybody is asked unless a route or a client group says otherwise. */
  readonly upstreamGroups: readonly UpstreamGroupConfig[];
  /** Conditional forwarding. */
  readonly routes: readonly RouteConfig[];
  /** Who asks. A client that is in none of them is in `default`, which stands here only if something is said of it. */
  readonly clientGroups: readonly ClientGroupConfig[];
  /** What is answered from here. */
  readonly local: LocalConfig;
  /** Other names that are asked for instead. */
  readonly rewrites: readonly RewriteConfig[];
  /** Names that client groups and routes refer to. */
  readonly lists: readonly ListConfig[];
  /** Times that client groups refer to. */
  readonly schedules: readonly ScheduleConfig[];
  /** How names are blocked. */
  readonly block: BlockConfig;
  /** What may be in answers. */
  readonly answers: AnswersConfig;
  /** `null` for nobody. */
  readonly dns64: Dns64Config | null;
}

/** What a policy says that has no word of lists and answers. */
export const NO_FILTER: Pick<Policy, "lists" | "schedules" | "block" | "answers" | "dns64"> = {
  lists: [],
  schedules: [],
  block: DEFAULT_BLOCK,
  answers: DEFAULT_ANSWERS,
  dns64: null,
};

/** Upstreams that are asked together. */
export interface UpstreamGroupConfig {
  /** What others refer to it by. Of servers that stand in a route: what the route is about. */
  readonly name: string;
  /** In order of preference; at least one. */
  readonly servers: readonly Endpoint[];
  /** In which order they are asked. */
  readonly strategy: Strategy;
  /** The group that is asked when all of these have failed. There are no circles. */
  readonly fallback: string | null;
  /** From a query's arrival to its answer, at most; 100–10,000. */
  readonly timeoutMs: number;
  /** Sockets of each address family; see `Config.upstreamSockets`. */
  readonly sockets: number;
  /** Where queries leave from, an address of this machine for each family at most; empty for any. */
  readonly sources: readonly string[];
  /** RCODEs that are no answer, so that the next server is asked. */
  readonly failoverOn: readonly number[];
  /** Whether the AD bit of its answers is passed on. */
  readonly trustsAd: boolean;
  /** See `Config.asksWithCookies`. */
  readonly asksWithCookies: boolean;
  /** See `Config.randomizesCase`. */
  readonly randomizesCase: boolean;
  /** Where it stands; `null` when flags alone say it. */
  readonly place: Place | null;
}

/** Who is asked for some names. */
export interface RouteConfig {
  /** What it is about; empty for all names, or for the list's alone. */
  readonly domains: readonly DomainPattern[];
  /** A list whose names it is about as well; `null` for none. */
  readonly list: string | null;
  /** QTYPEs, at least one; `null` for all. */
  readonly types: readonly number[] | null;
  /** Client groups, at least one; `null` for everybody. */
  readonly clients: readonly string[] | null;
  /** The upstream group that is asked. */
  readonly to: string;
  /** Whether there may be private addresses in its answers. */
  readonly allowsPrivateAnswers: boolean;
  /** Where it stands. */
  readonly place: Place;
}

/** Whether private addresses are expected in the answers of a route, if it says nothing else: it is about some domains, not all. */
export function mayHavePrivateAnswers(domains: readonly DomainPattern[]): boolean {
  return domains.length > 0 && domains.every(({ name }) => name !== ".");
}

/** Clients that are treated alike. */
export interface ClientGroupConfig {
  /** What others refer to it by. */
  readonly name: string;
  /** Networks, as `formatCidr` writes them. No network is in two groups. */
  readonly addresses: readonly string[];
  /** `aa:bb:cc:dd:ee:ff`. */
  readonly macs: readonly string[];
  /** What leases and hosts files call them, in lower case; `*` stands for any characters of a label. */
  readonly names: readonly string[];
  /** What clients call themselves on encrypted channels, see `isClientId`. */
  readonly ids: readonly string[];
  /** Listeners whose clients are in it, as `listenName` writes them. */
  readonly listeners: readonly string[];
  /** The upstream group that is asked instead of `default`; `null` for that. */
  readonly upstream: string | null;
  /** Names that it gets no answer for. */
  readonly block: readonly BlockRule[];
  /** Names that are not blocked, whatever `block` says. */
  readonly allow: readonly BlockRule[];
  /** What it gets for blocked names; `null` for `Policy.block.answer`. */
  readonly answer: BlockAnswer | null;
  /** Search engines that are asked for their safe results alone. */
  readonly safeSearch: readonly string[];
  /** `null` for `Policy.answers.rebindingProtection`. */
  readonly rebindingProtection: boolean | null;
  /** Whether it gets IPv6 addresses made of IPv4 addresses; `null` for what `Policy.dns64` says. */
  readonly dns64: boolean | null;
  /** Whether anything is told of what they ask, wherever something is shown, written to disk or sent away. */
  readonly isTold: boolean;
  /** QTYPEs that are answered with no records. */
  readonly dropTypes: readonly number[];
  /** Local names that these clients alone see. */
  readonly local: readonly LocalAddresses[];
  /** Where it stands. */
  readonly place: Place;
}

/** What is said of clients that get all answers as they are. */
export const UNFILTERED: Pick<
  ClientGroupConfig,
  "block" | "allow" | "answer" | "safeSearch" | "rebindingProtection" | "dns64" | "isTold"
> = { block: [], allow: [], answer: null, safeSearch: [], rebindingProtection: null, dns64: null, isTold: true };

/** What is answered from here. */
export interface LocalConfig {
  /** The domain of this network, without a dot at its end: what is neither known here nor routed does not exist there. `null` for none. */
  readonly domain: string | null;
  /** Whether names of one label are answered from here alone, or go upstream. */
  readonly singleLabel: "local" | "forward";
  /** Paths, resolved. */
  readonly hostsFiles: readonly string[];
  /** What DHCP servers have given to whom. */
  readonly leases: readonly LeaseFile[];
  /** Names with addresses. */
  readonly addresses: readonly LocalAddresses[];
  /** Records in zone-file form (RFC 1035 §5.1). */
  readonly records: readonly LocalRecord[];
  /** Whether PTR records are made from addresses, hosts files and leases. */
  readonly makesPointers: boolean;
  /** TTL of what has none of its own. */
  readonly ttlSeconds: number;
}

/** What writes the leases of a DHCP server; "auto" for whatever the text looks like. */
export const LEASE_FORMATS = ["auto", "dnsmasq", "isc", "kea", "odhcpd"] as const;

/** A DHCP server's file. */
export interface LeaseFile {
  /** Its path, resolved. */
  readonly file: string;
  /** What wrote it; "auto" looks at its text. */
  readonly format: typeof LEASE_FORMATS[number];
  /** The domain of the names in it; `null` for the local domain. */
  readonly domain: string | null;
}

/** A name with its addresses, or with another name. */
export interface LocalAddresses {
  /** In text. A leftmost label `*` makes a wildcard (RFC 4592). One without a dot is in the local domain as well. */
  readonly name: string;
  /** IPv4 and IPv6 addresses as `formatIp` writes them; empty if it is an alias. */
  readonly addresses: readonly string[];
  /** Another name that it stands for (CNAME); `null` if it has addresses. */
  readonly alias: string | null;
  /** Where it stands. */
  readonly place: Place;
}

/** A record in zone-file form. */
export interface LocalRecord {
  /** `name [ttl] [class] type rdata`, names without a dot at their ends being absolute, too. */
  readonly text: string;
  /** Where it stands. */
  readonly place: Place;
}

/** Another name that is asked for instead. */
export interface RewriteConfig {
  /** At least one. What is below a domain goes to `to` as well. */
  readonly domains: readonly DomainPattern[];
  /** In text. */
  readonly to: string;
  /** Whether the client sees the records under the name that it asked for, not behind a CNAME. */
  readonly isFlat: boolean;
  /** Client groups, at least one; `null` for everybody. */
  readonly clients: readonly string[] | null;
  /** Where it stands. */
  readonly place: Place;
}
