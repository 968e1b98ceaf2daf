import { formatSocketAddress, isSameAddress, isUnspecified, type SocketAddress } from "../../lib/base/net/address.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import type { ClientGroupConfig, Policy } from "../../lib/config/policy.ts";
import { type Listen, listenName } from "../../lib/server/listen/listen.ts";
import type { SeededRandom } from "../support/seeded_random.ts";

/** The policy with groups whose clients are known by where they ask: no listener is in two groups. */
export function withListeners(policy: Policy, random: SeededRandom, { listen }: Pick<FullConfig, "listen">): Policy {
  const { clientGroups } = policy;
  if (clientGroups.length === 0) return policy;
  const taken = Map.groupBy(
    (listen ?? []).filter(() => random.chance(0.7)).map(listenName),
    () => random.pick(clientGroups).name,
  );
  return {
    ...policy,
    clientGroups: clientGroups.map((group): ClientGroupConfig => ({
      ...group,
      // What is said of an address counts before that.
      addresses: group.name === "default" || random.chance(0.5) ? group.addresses : [],
      listeners: taken.get(group.name) ?? [],
    })),
  };
}

/** The name of the listener that is asked at an address. */
export function listenerAt(listen: readonly Listen[], asked: SocketAddress): string {
  const found = listen.find(({ address }) => isSameAddress(address, asked)) ??
    listen.find(({ address }) => isUnspecified(address) && address.port === asked.port);
  return found === undefined ? formatSocketAddress(asked) : listenName(found);
}
