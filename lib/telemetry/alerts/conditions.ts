import type { ListStatus } from "../../lists/keeper/list_status.ts";
import type { Status } from "../../operator/status.ts";
import type { CertificateStatus } from "../../server/certificates/certificate_keeper.ts";
import { statesOf } from "../health/upstream_states.ts";
import { type AlertKind, type Finding, keyOf } from "./alert_kinds.ts";
import { RecentGrowth } from "./recent_growth.ts";

/** What is looked at. */
export interface Watched {
  /** How the program is doing. */
  readonly status: Pick<Status, "upstreams" | "groups" | "counters" | "sinks">;
  /** How its lists are doing. */
  readonly lists: readonly ListStatus[];
  /** How the certificates are doing that clients are shown. */
  readonly certificates: readonly CertificateStatus[];
}

/** What is counted is judged by this span. */
const SPAN_MS = 300_000;
const SPAN_MINUTES = SPAN_MS / 60_000;
/** The share of replies that say SERVFAIL; once told, it has to fall below half of that. */
const FAILURES_MAX = 0.05;
/** Of fewer replies a share says nothing. */
const REPLIES_MIN = 50;
/** Replies a minute that are not what was asked for, by far more than a bad line makes; once told, half of that. */
const FORGED_PER_MINUTE_MAX = 10;
/** A list that is fetched each day has missed one. */
const LIST_AGE_MAX_S = 2 * 86_400;

/** Finds out what is wrong. */
export class Conditions {
  readonly #replied = new RecentGrowth(SPAN_MS);
  readonly #failed = new RecentGrowth(SPAN_MS);
  readonly #forged = new RecentGrowth(SPAN_MS);
  readonly #dropped = new Map<string, RecentGrowth>();

  /**
   * What is wrong now.
   *
   * @param isTold Whether that was told already: then it takes more to be well again than it took to be wrong.
   */
  look(watched: Watched, nowMs: number, isTold: (key: string) => boolean): Finding[] {
    const { status, lists, certificates } = watched;
    return [
      ...upstreamsDown(status),
      ...this.#failures(status, nowMs, isTold),
      ...this.#forgedReplies(status, nowMs, isTold),
      ...this.#droppingSinks(status, nowMs),
      ...certificates.flatMap(({ path, trouble }) => {
        return trouble === null ? [] : [finding("certificate-ending", path, `The certificate ${path} ${trouble}`)];
      }),
      ...lists.flatMap(oldList),
    ];
  }

  #failures({ counters }: Watched["status"], nowMs: number, isTold: (key: string) => boolean): Finding[] {
    const replied = this.#replied.note(counters.replied, nowMs);
    const failed = this.#failed.note(counters.failed, nowMs);
    const max = isTold(keyOf({ kind: "failures", subject: "" })) ? FAILURES_MAX / 2 : FAILURES_MAX;
    if (replied < REPLIES_MIN || failed <= max * replied) return [];
    const share = (100 * failed / replied).toFixed(1);
    return [finding("failures", "", `${share} % of the replies of the last ${SPAN_MINUTES} minutes say SERVFAIL`)];
  }

  #forgedReplies({ counters }: Watched["status"], nowMs: number, isTold: (key: string) => boolean): Finding[] {
    const { upstreamWrongPeer, upstreamWrongQuestion, upstreamWrongCase, upstreamWrongCookie } = counters;
    const all = upstreamWrongPeer + upstreamWrongQuestion + upstreamWrongCase + upstreamWrongCookie;
    const perMinute = this.#forged.note(all, nowMs) / SPAN_MINUTES;
    const isKnown = isTold(keyOf({ kind: "forged-replies", subject: "" }));
    if (perMinute <= (isKnown ? FORGED_PER_MINUTE_MAX / 2 : FORGED_PER_MINUTE_MAX)) return [];
    const text = `${perMinute.toFixed(0)} replies a minute are not what was asked for: none of them is believed`;
    return [finding("forged-replies", "", text)];
  }

  #droppingSinks({ sinks }: Watched["status"], nowMs: number): Finding[] {
    return sinks.flatMap(({ name, droppedCount }) => {
      const growth = this.#dropped.getOrInsertComputed(name, () => new RecentGrowth(SPAN_MS));
      const lost = growth.note(droppedCount, nowMs);
      if (lost === 0) return [];
      return [finding("sink-dropping", name, `${name} has lost ${lost} records in ${SPAN_MINUTES} minutes`)];
    });
  }
}

function finding(kind: AlertKind, subject: string, text: string): Finding {
  return { kind, subject, text };
}

/** What is left out by hand is not missed. Where nobody of a group answers, each of them is told as well. */
function upstreamsDown({ upstreams, groups }: Watched["status"]): Finding[] {
  const asked = upstreams.filter(({ isForBootstrap }) => isForBootstrap !== true);
  const down = asked.filter(({ state }) => !statesOf(state).includes("up"));
  const names = new Set(down.map(({ name }) => name));
  const silent = groups.filter((group) => group.upstreams.length > 0 && group.upstreams.every((one) => names.has(one)));
  return [
    ...silent.map(({ name }) => {
      const about = groups.length > 1 ? `No upstream of the group ${name} answers` : "No upstream answers";
      return finding("all-upstreams-down", groups.length > 1 ? name : "", about);
    }),
    ...down.filter(({ state }) => !statesOf(state).includes("disabled")).map(({ name, state, problem }) => {
      return finding(
        "upstream-down",
        name,
        `The upstream ${name} is ${state}${problem === null ? "" : `: ${problem}`}`,
      );
    }),
  ];
}

/** One whose newest text is not as old yet is fetched again and again meanwhile. */
function oldList({ name, sources }: ListStatus): Finding[] {
  const old = sources.find(({ error, ageSeconds }) => {
    return error !== null && (ageSeconds === null || ageSeconds > LIST_AGE_MAX_S);
  });
  if (old === undefined) return [];
  const age = old.ageSeconds === null ? "was never fetched" : `is ${Math.floor(old.ageSeconds / 86_400)} days old`;
  return [finding("list-old", name, `The list ${name} ${age}: ${old.error}`)];
}
