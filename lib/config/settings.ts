import type { Config, FullConfig } from "./config.ts";
import type { Settings } from "./setting.ts";
import { ADMIN_SETTINGS } from "./settings/admin_settings.ts";
import { ADMISSION_SETTINGS } from "./settings/admission_settings.ts";
import { ALERT_SETTINGS } from "./settings/alert_settings.ts";
import { CACHE_SETTINGS } from "./settings/cache_settings.ts";
import { DNSTAP_SETTINGS } from "./settings/dnstap_settings.ts";
import { ENCRYPTED_SETTINGS } from "./settings/encrypted_settings.ts";
import { HISTORY_SETTINGS } from "./settings/history_settings.ts";
import { LOCAL_SETTINGS } from "./settings/local_settings.ts";
import { METRICS_SETTINGS } from "./settings/metrics_settings.ts";
import { NETWORK_SETTINGS } from "./settings/network_settings.ts";
import { OTLP_SETTINGS } from "./settings/otlp_settings.ts";
import { PROCESS_SETTINGS } from "./settings/process_settings.ts";
import { QUERY_LOG_SETTINGS } from "./settings/query_log_settings.ts";

/**
 * The table of all settings, in the order of `--help`. Readers, flags, help, the manual page, completions and the figures
 * in the documentation follow it.
 */
export const SETTINGS: Settings = {
  ...NETWORK_SETTINGS,
  ...ENCRYPTED_SETTINGS,
  ...ADMISSION_SETTINGS,
  ...CACHE_SETTINGS,
  ...LOCAL_SETTINGS,
  ...PROCESS_SETTINGS,
  ...ADMIN_SETTINGS,
  ...METRICS_SETTINGS,
  ...ALERT_SETTINGS,
  ...QUERY_LOG_SETTINGS,
  ...DNSTAP_SETTINGS,
  ...HISTORY_SETTINGS,
  ...OTLP_SETTINGS,
};

/** The names of all fields of `Config`, in the same order. */
export const FIELDS: readonly (keyof Config)[] = Object.keys(SETTINGS) as (keyof Config)[];

/** The program's configuration when nothing is given. */
export const DEFAULTS: FullConfig = { ...configOf((field) => SETTINGS[field].default), policy: null };

/** A configuration with the value that `valueOf` gives for each field. */
export function configOf(valueOf: (field: keyof Config) => Config[keyof Config]): Config {
  return Object.fromEntries(FIELDS.map((field) => [field, valueOf(field)])) as unknown as Config;
}
