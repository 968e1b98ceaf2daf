import type { DomainPattern } from "../../domain_pattern.ts";
import type { LeaseFile } from "../../policy.ts";
import type { Listen } from "../../../server/listen/listen.ts";
import type { Endpoint } from "../../../upstream/endpoint.ts";
import type { BlockAnswer } from "../../lists.ts";
import type {
  FileAnswers,
  FileBlock,
  FileBlockRule,
  FileDns64,
  FileList,
  FileSchedule,
} from "./filter/filter_tables.ts";
import type { Texts } from "./row.ts";

/**
 * What comes of a file that fits the schema. Settings of the table are texts, as flags would have been given; the rest is as
 * `Policy` has it, but that nothing is known of where it stands, and nothing has been looked up.
 */
export interface FileTables {
  /** Patterns of further files. */
  readonly include?: readonly string[];
  /** See `Config.answer`. */
  readonly answer?: Texts;
  /** `[server]`, of which only what is no setting of the table is typed. */
  readonly server?: { readonly listen?: readonly FileListener[] };
  /** By their names. */
  readonly upstreams?: Readonly<Record<string, FileGroup>>;
  /** In the order of the file. */
  readonly route?: readonly FileRoute[];
  /** By their names; in routes and rewrites: names of groups. */
  readonly clients?: Readonly<Record<string, FileClients>>;
  /** `[local]`, or the names that a group sees. */
  readonly local?: FileLocal;
  /** In the order of the file. */
  readonly rewrite?: readonly FileRewrite[];
  /** By their names. */
  readonly lists?: Readonly<Record<string, FileList>>;
  /** By their names; each is a window, or several. */
  readonly schedules?: Readonly<Record<string, FileSchedule | readonly FileSchedule[]>>;
  /** `[block]` */
  readonly block?: FileBlock;
  /** `[answers]` */
  readonly answers?: FileAnswers;
  /** `[dns64]` */
  readonly dns64?: FileDns64;
}

/** Where clients are served. */
export interface FileListener {
  /** As a flag would have it, read. */
  readonly listen: Listen;
  /** The client group of those who come in there. */
  readonly clients?: string;
}

/** `[upstreams.X]` */
export interface FileGroup {
  /** See `UpstreamGroupConfig`. */
  readonly "servers"?: Texts;
  /** See `UpstreamGroupConfig`. */
  readonly "strategy"?: Texts;
  /** See `UpstreamGroupConfig`. */
  readonly "sockets"?: Texts;
  /** See `UpstreamGroupConfig`. */
  readonly "cookies"?: Texts;
  /** See `UpstreamGroupConfig`. */
  readonly "case-randomization"?: Texts;
  /** See `UpstreamGroupConfig`. */
  readonly "fallback"?: string;
  /** See `UpstreamGroupConfig`. */
  readonly "timeout"?: Texts;
  /** See `UpstreamGroupConfig`. */
  readonly "source"?: readonly string[];
  /** See `UpstreamGroupConfig`. */
  readonly "failover-on"?: readonly number[];
  /** See `UpstreamGroupConfig`. */
  readonly "trust-ad"?: boolean;
}

/** `[[route]]` */
export interface FileRoute {
  /** See `DomainPattern`. */
  readonly domains?: readonly DomainPattern[];
  /** The name of a list. */
  readonly list?: string;
  /** QTYPEs. */
  readonly types?: readonly number[];
  /** By their names; in routes and rewrites: names of groups. */
  readonly clients?: readonly string[];
  /** Of a route: a group, or servers; of a rewrite: a name. */
  readonly to: string | readonly Endpoint[];
  /** See `RouteConfig`. */
  readonly "private-answers"?: boolean;
}

/** `[clients.X]` */
export interface FileClients {
  /** Of clients: networks; of names: what they have. */
  readonly "addresses"?: readonly string[];
  /** See `ClientGroupConfig`. */
  readonly "macs"?: readonly string[];
  /** See `ClientGroupConfig`. */
  readonly "ids"?: readonly string[];
  /** See `ClientGroupConfig`. */
  readonly "names"?: readonly string[];
  /** See `ClientGroupConfig`. */
  readonly "upstream"?: string;
  /** See `ClientGroupConfig`. */
  readonly "block"?: readonly FileBlockRule[];
  /** See `ClientGroupConfig`. */
  readonly "allow"?: readonly FileBlockRule[];
  /** See `ClientGroupConfig`. */
  readonly "answer"?: BlockAnswer;
  /** See `ClientGroupConfig`. */
  readonly "rebinding-protection"?: boolean;
  /** QTYPEs. */
  readonly "drop-types"?: readonly number[];
  /** See `ClientGroupConfig`. */
  readonly "safe-search"?: readonly string[];
  /** See `ClientGroupConfig`. */
  readonly "dns64"?: boolean;
  /** See `ClientGroupConfig`. */
  readonly "query-log"?: boolean;
  /** `[local]`, or the names that a group sees. */
  readonly "local"?: Readonly<Record<string, FileAddresses>>;
}

/** What a local name has. */
export interface FileAddresses {
  /** Of clients: networks; of names: what they have. */
  readonly addresses: readonly string[];
  /** See `LocalAddresses`. */
  readonly alias: string | null;
}

/** `[local]` */
export interface FileLocal {
  /** See `LocalConfig` and `LeaseFile`. */
  readonly "domain"?: string;
  /** See `LocalConfig`. */
  readonly "single-label"?: "local" | "forward";
  /** As they are written. */
  readonly "hosts-files"?: readonly string[];
  /** See `FileLeases`. */
  readonly "leases"?: readonly FileLeases[];
  /** Of clients: networks; of names: what they have. */
  readonly "addresses"?: Readonly<Record<string, FileAddresses>>;
  /** In zone-file form. */
  readonly "records"?: readonly string[];
  /** See `LocalConfig`. */
  readonly "ptr"?: boolean;
  /** In seconds. */
  readonly "ttl"?: number;
}

/** A DHCP server's file. */
export interface FileLeases {
  /** As it is written. */
  readonly file: string;
  /** See `LeaseFile`. */
  readonly format?: LeaseFile["format"];
  /** See `LocalConfig` and `LeaseFile`. */
  readonly domain?: string;
}

/** `[[rewrite]]` */
export interface FileRewrite {
  /** See `DomainPattern`. */
  readonly domains: readonly DomainPattern[];
  /** Of a route: a group, or servers; of a rewrite: a name. */
  readonly to: string;
  /** See `RewriteConfig`. */
  readonly flatten?: boolean;
  /** By their names; in routes and rewrites: names of groups. */
  readonly clients?: readonly string[];
}
