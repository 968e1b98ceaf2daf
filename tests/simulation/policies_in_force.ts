import type { Policy } from "../../lib/config/policy.ts";
import { hasMarks, type Marks, marksOf } from "./local/client_marks.ts";
import { type FilesInForce, sourcesOfFiles } from "./local/files_in_force.ts";
import type { Sources } from "./local/local_law.ts";
import type { Listed } from "../app/policy/block_law.ts";
import type { ListsInForce } from "./lists/lists_in_force.ts";
import type { Knowledge, Oracle } from "./oracle.ts";
import { type Asker, PolicyOracle } from "./policy_oracle.ts";

/** What policies in force are known from. */
export interface PoliciesInForceOptions {
  readonly oracle: Oracle;
  /** What is followed at first. */
  readonly first: Policy | null;
  readonly files: FilesInForce;
  readonly lists: ListsInForce;
  /** What is taken for a policy that is said to be in force. */
  readonly read: (policy: Policy) => Policy;
}

/** Which policy was in force when: whoever asks is answered by one of those that were while the question was under way. */
export class PoliciesInForce {
  readonly #options: PoliciesInForceOptions;
  readonly #since: { readonly fromMs: number; readonly policy: Policy | null }[];
  readonly #known = new Map<Policy, Map<string, Knowledge>>();
  /** What each is taken for. */
  readonly #read = new Map<Policy, Policy>();

  /** See {@linkcode PoliciesInForceOptions}. */
  constructor(options: PoliciesInForceOptions) {
    this.#options = options;
    this.#since = [{ fromMs: -Infinity, policy: options.first }];
  }

  /** From now on another one is. */
  note(policy: Policy | null, nowMs: number): void {
    this.#since.push({ fromMs: nowMs, policy });
  }

  /** Those that were in force at some time between two moments, as they are taken. */
  *policiesBetween(fromMs: number, toMs: number): Generator<Policy | null> {
    for (const policy of this.#heldBetween(fromMs, toMs)) yield policy === null ? null : this.#seen(policy);
  }

  #heldBetween(fromMs: number, toMs: number): ReadonlySet<Policy | null> {
    const inForce = this.#since.filter((one, i) => {
      return one.fromMs <= toMs && (this.#since[i + 1]?.fromMs ?? Infinity) >= fromMs;
    });
    return new Set(inForce.map((one) => one.policy));
  }

  /**
   * What a client may have to get for what it asked at some time between two moments, and got later: what answers lead to is judged
   * when they come, and what else is asked for with it may be decided about then.
   */
  *between(
    fromMs: number,
    toMs: number,
    asker: Asker,
    { untilMs = toMs, isDecidedLater = false } = {},
  ): Generator<Knowledge> {
    const { oracle, lists } = this.#options;
    const decidedMs = isDecidedLater ? untilMs : toMs;
    for (const policy of this.#heldBetween(fromMs, toMs)) {
      if (policy === null) yield oracle;
      else if (!changesByItself(policy)) yield this.#of(policy, asker);
      else {
        for (const sources of this.#sourcesBetween(fromMs, decidedMs, policy, asker.hostname)) {
          const asked = lists.between(fromMs, decidedMs, this.#seen(policy));
          const later = policy.block.checksAnswers ? lists.between(fromMs, untilMs, this.#seen(policy)) : [];
          for (const listed of asked) yield this.#oracleOf(policy, asker, sources, { listed, later: listed });
          for (const listed of asked) {
            for (const one of later) yield this.#oracleOf(policy, asker, sources, { listed, later: one });
          }
        }
      }
    }
  }

  *#sourcesBetween(fromMs: number, toMs: number, policy: Policy, address: string): Generator<FileSources & Marked> {
    const { files } = this.#options;
    const seen = this.#seen(policy);
    for (const says of files.between(fromMs, toMs, policy)) {
      for (const second of files.secondsBetween(fromMs, toMs, policy)) {
        const sources = sourcesOfFiles(seen, says, second);
        if (!hasMarks(seen)) {
          yield { ...sources, marks: UNMARKED };
          continue;
        }
        // Whose client it is, is found out when more is known of the network, and not when a lease ends.
        const then = { says, files: sourcesOfFiles(seen, says, 0), address, nowSeconds: 0 };
        const all = [marksOf(seen, { says, files: sources, address, nowSeconds: second }), marksOf(seen, then)];
        const distinct = new Map(all.map((marks) => [`${marks.mac} ${marks.name}`, marks]));
        for (const marks of distinct.values()) yield { ...sources, marks };
      }
    }
  }

  #of(policy: Policy, asker: Asker): Knowledge {
    const key = `${asker.hostname} ${asker.listener}`;
    const known = this.#known.get(policy) ?? new Map<string, Knowledge>();
    this.#known.set(policy, known);
    const nothing = { listed: NOTHING_LISTED, later: NOTHING_LISTED };
    const one = known.get(key) ??
      this.#oracleOf(policy, asker, { hosts: [], leases: [], marks: UNMARKED }, nothing);
    known.set(key, one);
    return one;
  }

  #oracleOf(
    policy: Policy,
    asker: Asker,
    { marks, ...files }: FileSources & Marked,
    lists: { readonly listed: Listed; readonly later: Listed },
  ): Knowledge {
    const { oracle } = this.#options;
    return new PolicyOracle({ oracle, policy: this.#seen(policy), asker, files, marks, ...lists });
  }

  #seen(policy: Policy): Policy {
    const seen = this.#read.get(policy) ?? this.#options.read(policy);
    this.#read.set(policy, seen);
    return seen;
  }
}

type FileSources = Pick<Sources, "hosts" | "leases">;

interface Marked {
  readonly marks: Marks;
}

const UNMARKED: Marks = { mac: null, name: null };

const NOTHING_LISTED: Listed = {
  lines: [],
  inForce: { isOpen: (schedule) => schedule === null, isPaused: () => false },
};

/** Whether what it comes to depends on when one asks. */
function changesByItself(policy: Policy): boolean {
  const { local, lists } = policy;
  return local.hostsFiles.length + local.leases.length + lists.length > 0 || hasMarks(policy);
}

/** What is wrong by all of them; nothing when it is right by one. */
export function leastFaults(known: Iterable<Knowledge>, faultsBy: (one: Knowledge) => string[]): string[] {
  let faults: string[] = [];
  for (const one of known) {
    faults = faultsBy(one);
    if (faults.length === 0) break;
  }
  return faults;
}
