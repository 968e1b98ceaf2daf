import { MIB } from "../base/units.ts";
import { BUDGET_OCTETS_MIN } from "../cache/store/budget.ts";
import type { FullConfig } from "../config/config.ts";
import type { Policy } from "../config/policy.ts";

/**
 * What one of `count` workers may use, so that together they use what `config` says. Rounded up: none is left with nothing.
 *
 * The kernel spreads clients by their address and port. Who asks from many ports gets the whole `rateLimit`; who asks from
 * one meets one worker, and its share.
 */
export function shareConfig(config: FullConfig, count: number): FullConfig {
  const { cacheSizeMib, maxInFlight, rateLimit, maxConnections } = config;
  return {
    ...config,
    policy: config.policy && withoutSecrets(config.policy),
    workers: 1,
    cacheSizeMib: cacheSizeMib === 0 ? 0 : Math.max(cacheSizeMib / count, BUDGET_OCTETS_MIN / MIB),
    maxInFlight: Math.ceil(maxInFlight / count),
    rateLimit: Math.ceil(rateLimit / count),
    maxConnections: Math.ceil(maxConnections / count),
  };
}

/** Whoever fetches lists is no worker. */
function withoutSecrets(policy: Policy): Policy {
  return { ...policy, lists: policy.lists.map((list) => ({ ...list, token: null })) };
}
