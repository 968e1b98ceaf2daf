import type { Policy } from "./policy.ts";

/** What can be named where rules are spoken of: the client groups, and the lists. */
export function ruleNames(policy: Policy | null): { clients: readonly string[]; lists: readonly string[] } {
  const { clientGroups = [], lists = [] } = policy ?? {};
  // Whoever is in no other group is in the default one, whether it is spoken of or not.
  const clients = new Set(["default", ...clientGroups.map(({ name }) => name)]);
  return { clients: [...clients], lists: lists.map(({ name }) => name) };
}
