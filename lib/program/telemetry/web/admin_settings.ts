import { formatSocketAddress } from "../../../base/net/address.ts";
import type { FullConfig } from "../../../config/config.ts";
import { type AdminListen, parseAdminListen } from "../../../web/admin_listen.ts";

/** The usual name of the file of tokens, in the folder where the program keeps what is its own. */
const TOKEN_FILE = "tokens";

/** What the page is served by. */
export interface AdminSettings {
  /** Where. */
  readonly listen: AdminListen;
  /** The path of the file of tokens. */
  readonly tokenFile: string;
  /** Further names that it may be asked by. */
  readonly hosts: readonly string[];
  /** Whether a proxy stands in front of it. */
  readonly isBehindProxy: boolean;
}

/** What a configuration says of the page; `null` where there is none. */
export function adminSettings(config: FullConfig): AdminSettings | null {
  const { adminListen, adminTokenFile, stateDir, adminHosts: hosts, isAdminBehindProxy: isBehindProxy } = config;
  if (adminListen === null) return null;
  const tokenFile = adminTokenFile ?? `${stateDir}/${TOKEN_FILE}`;
  return { listen: parseAdminListen(adminListen), tokenFile, hosts, isBehindProxy };
}

/** Where a configuration has it listen; `null` for nowhere. */
export function adminAddress(config: FullConfig): string | null {
  const settings = adminSettings(config);
  return settings && formatSocketAddress(settings.listen.address);
}
