/** `GET config`: what is in force, and where it comes from. */
export interface ConfigAnswer {
  /** Absolute paths of the files that it was read from; empty when flags say it all. */
  readonly files: readonly string[];
  /** All single settings. */
  readonly settings: readonly SettingAnswer[];
  /** All of it as a file that says it, without what stands in files of tokens; empty for who may only look. */
  readonly text: string;
  /** What is allowed and probably not meant. */
  readonly warnings: readonly string[];
}

/** A setting. */
export interface SettingAnswer {
  /** `cache.size`. */
  readonly path: string;
  /** As a file has it. */
  readonly value: string;
  /** Where it was given: `--cache-size`, `/etc/dns-forwarder/config.toml:12`; `null` for a default. */
  readonly from: string | null;
  /** Whether another value counts without a restart. */
  readonly isReloadable: boolean;
  /** What it does. */
  readonly help: string;
}

/** `POST config/check`: a file that nobody follows yet. */
export interface ConfigCheckBody {
  /** TOML. */
  readonly text: string;
}

/** What is wrong with it, and what it would change. */
export interface ConfigCheckAnswer {
  /** Whether it could be followed. */
  readonly isGood: boolean;
  /** All that is wrong, a problem each; several lines, with the place and a hint. */
  readonly problems: readonly string[];
  /** What is allowed and probably not meant. */
  readonly warnings: readonly string[];
  /** What would be different from what is in force. */
  readonly changes: readonly string[];
  /** What of it needs a restart. */
  readonly needsRestart: readonly string[];
}

/** `POST reload`: what has come of it. */
export interface ReloadAnswer {
  /** `applied`, `unchanged`, `rejected`, `taken back`. */
  readonly kind: string;
  /** In words. */
  readonly text: string;
  /** What is different now. */
  readonly changes: readonly string[];
  /** What needs a restart. */
  readonly needsRestart: readonly string[];
  /** What is allowed and probably not meant. */
  readonly warnings: readonly string[];
  /** All that is wrong in files. */
  readonly problems: readonly string[];
}

/** `POST log/level`, and the answer to it. */
export interface LogLevelBody {
  /** `error`, `warn`, `info`, `debug`; until the next start or reload. */
  readonly level: string;
}
