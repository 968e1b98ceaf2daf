import type { Policy } from "../../config/policy.ts";

/** The group of whoever is in no other. */
export const DEFAULT_CLIENTS = "default";

/** The names of the groups of clients by their numbers, the default first: it is there whether something is said of it or not. */
export function groupNames({ clientGroups }: Policy): string[] {
  return [DEFAULT_CLIENTS, ...clientGroups.map(({ name }) => name).filter((name) => name !== DEFAULT_CLIENTS)];
}
