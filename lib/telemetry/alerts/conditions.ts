import type { ListStatus } from "../../lists/keeper/list_status.ts";
import type { Status } from "../../operator/status.ts";
import type { CertificateStatus } from "../../server/certificates/certificate_keeper.ts";
import {
  certificateTroubles,
  failuresTrouble,
  listTroubles,
  silentGroups,
  upstreamTroubles,
} from "../health/troubles.ts";
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
      ...silentGroups(status),
      ...upstreamTroubles(status, { tellsHowLong: false }).filter(isMissed),
      ...this.#failures(status, nowMs, isTold),
      ...this.#forgedReplies(status, nowMs, isTold),
      ...this.#droppingSinks(status, nowMs),
      ...certificateTroubles(certificates),
      ...listTroubles(lists, LIST_AGE_MAX_S),
    ];
  }

  #failures({ counters }: Watched["status"], nowMs: number, isTold: (key: string) => boolean): Finding[] {
    const replied = this.#replied.note(counters.replied, nowMs);
    const failed = this.#failed.note(counters.failed, nowMs);
    const max = isTold(keyOf({ kind: "failures", subject: "" })) ? FAILURES_MAX / 2 : FAILURES_MAX;
    return failuresTrouble({ replied, failed, minutes: SPAN_MINUTES }, max);
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

/** Who has left one out by hand knows it. */
function isMissed(trouble: ReturnType<typeof upstreamTroubles>[number]): trouble is Finding & typeof trouble {
  return trouble.kind === "upstream-down";
}
