import type { ListStatus } from "../../lists/keeper/list_status.ts";
import { durationText } from "../../operator/duration_text.ts";
import type { Status } from "../../operator/status.ts";
import type { CertificateStatus } from "../../server/certificates/certificate_keeper.ts";
import type { UpstreamStatus } from "../../upstream/health/upstream_status.ts";
import { statesOf } from "./upstream_states.ts";

/** Something that is wrong at a moment: the same words wherever it is told of. */
export interface Trouble<Kind extends string> {
  /** What kind of trouble it is. */
  readonly kind: Kind;
  /** What it is about; empty for the whole program. */
  readonly subject: string;
  /** For people, one sentence. */
  readonly text: string;
}

const DAY_S = 86_400;
/** Of fewer replies a share says nothing. */
const REPLIES_MIN = 50;

/** Groups of upstreams of which nobody answers. */
export function silentGroups({ upstreams, groups }: Pick<Status, "upstreams" | "groups">): Trouble<
  "all-upstreams-down"
>[] {
  const names = new Set(notAsked(upstreams).map(({ name }) => name));
  const silent = groups.filter((group) => group.upstreams.length > 0 && group.upstreams.every((one) => names.has(one)));
  return silent.map(({ name }) => {
    const about = groups.length > 1 ? `No upstream of the group ${name} answers` : "No upstream answers";
    return { kind: "all-upstreams-down", subject: groups.length > 1 ? name : "", text: about };
  });
}

/**
 * Upstreams that are not asked. What is asked for the names of others alone is none of them.
 *
 * @param tellsHowLong Whether it says for how long: then it is another text each time.
 */
export function upstreamTroubles(
  { upstreams }: Pick<Status, "upstreams">,
  { tellsHowLong }: { readonly tellsHowLong: boolean },
): Trouble<"upstream-down" | "upstream-disabled">[] {
  return notAsked(upstreams).map(({ name, state, problem, downForMs, leftOutSeconds }) => {
    if (leftOutSeconds !== undefined || statesOf(state).includes("disabled")) {
      return { kind: "upstream-disabled", subject: name, text: `The upstream ${name} is left out by hand` };
    }
    const since = tellsHowLong && downForMs !== undefined ? ` for ${durationText(downForMs / 1000)}` : "";
    const why = problem === null ? "" : `: ${problem}`;
    return { kind: "upstream-down", subject: name, text: `The upstream ${name} is ${state}${since}${why}` };
  });
}

/** More of the replies of so many minutes are failures than `shareMax`, 0–1. */
export function failuresTrouble(
  { replied, failed, minutes }: { readonly replied: number; readonly failed: number; readonly minutes: number },
  shareMax: number,
): Trouble<"failures">[] {
  if (replied < REPLIES_MIN || failed <= shareMax * replied) return [];
  const share = (100 * failed / replied).toFixed(1);
  const text = `${share} % of the replies of the last ${minutes} minutes say that nobody could tell (SERVFAIL)`;
  return [{ kind: "failures", subject: "", text }];
}

/** Certificates that end, have ended, or cannot be used. */
export function certificateTroubles(certificates: readonly CertificateStatus[]): Trouble<"certificate-ending">[] {
  return certificates.flatMap(({ path, trouble }) => {
    return trouble === null
      ? []
      : [{ kind: "certificate-ending", subject: path, text: `The certificate ${path} ${trouble}` }];
  });
}

/** Lists that cannot be fetched, and are older than `ageMaxSeconds`: what is not as old yet is tried again and again. */
export function listTroubles(lists: readonly ListStatus[], ageMaxSeconds: number): Trouble<"list-old">[] {
  return lists.flatMap(({ name, sources }) => {
    const old = sources.find(({ error, ageSeconds }) => {
      return error !== null && (ageSeconds === null || ageSeconds >= ageMaxSeconds);
    });
    if (old === undefined) return [];
    return [{ kind: "list-old", subject: name, text: `The list ${name} ${ageText(old.ageSeconds)}: ${old.error}` }];
  });
}

function ageText(ageSeconds: number | null): string {
  if (ageSeconds === null) return "was never fetched";
  return ageSeconds < DAY_S ? "is not updated" : `is ${Math.floor(ageSeconds / DAY_S)} days old`;
}

function notAsked(upstreams: readonly UpstreamStatus[]): UpstreamStatus[] {
  return upstreams.filter((upstream) => upstream.isForBootstrap !== true && !isUp(upstream));
}

/** With several processes one that can ask is enough; what is left out by hand is not asked by any of them. */
function isUp({ state, leftOutSeconds }: UpstreamStatus): boolean {
  return leftOutSeconds === undefined && statesOf(state).includes("up");
}
