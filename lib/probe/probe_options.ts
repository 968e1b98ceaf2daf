/** What servers are asked for. */
export interface ProbeNames {
  /** Names that exist, in zones of their own: asked for as they are, and with a made-up label in front. */
  readonly known: readonly string[];
  /** Domains in which made-up names do not exist. */
  readonly missingIn: readonly string[];
  /** A name in a signed zone. */
  readonly signed: string;
  /** A name whose signatures are wrong. */
  readonly bogus: string;
  /** Names that filters block. */
  readonly filtered: readonly FilteredName[];
}

/** A name that filters block. */
export interface FilteredName {
  /** The name. */
  readonly name: string;
  /** What a filter that blocks it is called. */
  readonly what: string;
}

/**
 * What is asked for unless the operator says otherwise. Those that exist are much asked for and in zones that are not signed: from
 * signed ones, a server may know by itself what does not exist (RFC 8198). The bogus one is kept for tests like these by Comcast,
 * the filtered ones by Cloudflare (testcategory.com) and Quad9 (isitblocked.org); doubleclick.net is on nearly every list of ads.
 */
export const USUAL_NAMES: ProbeNames = {
  known: ["google.com", "wikipedia.org", "github.com", "amazon.com"],
  missingIn: ["com", "net", "org"],
  signed: "ietf.org",
  bogus: "dnssec-failed.org",
  filtered: [
    { name: "doubleclick.net", what: "ads" },
    { name: "malware.testcategory.com", what: "malware" },
    { name: "isitblocked.org", what: "malware" },
    { name: "nudity.testcategory.com", what: "adult" },
  ],
};

/** How servers are probed. */
export interface ProbeOptions {
  /** What they are asked for. */
  readonly names: ProbeNames;
  /** How often they are asked for names that they know, and as often for names that they do not. */
  readonly count: number;
  /** How long a reply is waited for, in milliseconds. */
  readonly timeoutMs: number;
}

/** Of `ProbeOptions.count`. */
export const COUNT = { min: 1, usual: 10, max: 1000 } as const;
/** Of `ProbeOptions.timeoutMs`. */
export const TIMEOUT_MS = { min: 50, usual: 2000, max: 10_000 } as const;
