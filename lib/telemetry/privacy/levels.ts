/**
 * How much is told of a client: its address; its network (/24, of IPv6 /48); another name each day, which nobody can lead back
 * to it; nothing.
 */
export const CLIENT_LEVELS = ["full", "network", "pseudonym", "none"] as const;
/** How much is told of a name: all of it; its last two labels, which are a domain for most names and no more than that; nothing. */
export const NAME_LEVELS = ["full", "domain", "none"] as const;

/** See `CLIENT_LEVELS`. */
export type ClientLevel = typeof CLIENT_LEVELS[number];
/** See `NAME_LEVELS`. */
export type NameLevel = typeof NAME_LEVELS[number];

/** What may be told of observations. */
export interface PrivacySettings {
  /** Of who asks. */
  readonly clients: ClientLevel;
  /** Of what is asked for. */
  readonly names: NameLevel;
  /** Domains, in text, of which nothing is told, with all below them. */
  readonly ignore: readonly string[];
  /** Client groups of whom nothing is told. */
  readonly hiddenGroups: readonly string[];
}

/** All is told. */
export const NOTHING_HIDDEN: PrivacySettings = { clients: "full", names: "full", ignore: [], hiddenGroups: [] };
