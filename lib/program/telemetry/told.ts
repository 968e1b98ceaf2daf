import type { FullConfig } from "../../config/config.ts";
import { NOTHING_HIDDEN, type PrivacySettings } from "../../telemetry/privacy/levels.ts";

/** What may be told wherever something is written to disk or sent away. */
export function toldOutside(config: FullConfig): PrivacySettings {
  const { toldClients, toldNames, untoldDomains } = config;
  return { clients: toldClients, names: toldNames, ignore: untoldDomains, hiddenGroups: hiddenGroups(config) };
}

/** What may be told to who looks at the running program, which forgets it: everything, but of client groups that are not told of. */
export function toldInside(config: FullConfig): PrivacySettings {
  return { ...NOTHING_HIDDEN, hiddenGroups: hiddenGroups(config) };
}

function hiddenGroups({ policy }: FullConfig): string[] {
  return (policy?.clientGroups ?? []).filter(({ isTold }) => !isTold).map(({ name }) => name);
}
