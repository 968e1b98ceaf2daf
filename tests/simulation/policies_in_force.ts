import type { Policy } from "../../lib/config/policy.ts";
import type { Knowledge, Oracle } from "./oracle.ts";
import { PolicyOracle } from "./policy_oracle.ts";

/** Which policy was in force when: whoever asks is answered by one of those that were while the question was under way. */
export class PoliciesInForce {
  readonly #oracle: Oracle;
  readonly #since: { readonly fromMs: number; readonly policy: Policy | null }[] = [
    { fromMs: -Infinity, policy: null },
  ];
  readonly #read: (policy: Policy) => Policy;
  readonly #known = new Map<Policy, Map<string, Knowledge>>();

  /**
   * None at first.
   *
   * @param read What is taken for a policy that is said to be in force.
   */
  constructor(oracle: Oracle, read: (policy: Policy) => Policy = (policy) => policy) {
    this.#oracle = oracle;
    this.#read = read;
  }

  /** From now on another one is. */
  note(policy: Policy | null, nowMs: number): void {
    this.#since.push({ fromMs: nowMs, policy });
  }

  /** What a client may have to get for what it asked at some time between two moments. */
  between(fromMs: number, toMs: number, hostname: string): Knowledge[] {
    const inForce = this.#since.filter((one, i) => {
      return one.fromMs <= toMs && (this.#since[i + 1]?.fromMs ?? Infinity) >= fromMs;
    });
    return [...new Set(inForce.map(({ policy }) => policy))].map((policy) => {
      return policy === null ? this.#oracle : this.#of(policy, hostname);
    });
  }

  #of(policy: Policy, hostname: string): Knowledge {
    const known = this.#known.get(policy) ?? new Map<string, Knowledge>();
    this.#known.set(policy, known);
    const one = known.get(hostname) ?? new PolicyOracle(this.#oracle, this.#read(policy), hostname);
    known.set(hostname, one);
    return one;
  }
}

/** What is wrong by all of them; nothing when it is right by one. */
export function leastFaults(known: readonly Knowledge[], faultsBy: (one: Knowledge) => string[]): string[] {
  let faults: string[] = [];
  for (const one of known) {
    faults = faultsBy(one);
    if (faults.length === 0) break;
  }
  return faults;
}
