import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import { STRATEGIES } from "../../lib/upstream/group/strategy.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import type { Policy } from "../../lib/config/policy.ts";
import { withAnswers } from "./answers/answers_draw.ts";
import { withNetwork, withTranslated } from "./answers/translated_draw.ts";
import { hasMarks, withMarks } from "./local/client_marks.ts";
import { drawFiles, type FilePlan } from "./local/file_draw.ts";
import { drawListPlan, type ListPlan, NO_LISTS, withListRoute, withLists, withListServer } from "./lists/list_draw.ts";
import { withListeners } from "./listener_draw.ts";
import { withHome } from "./local/words.ts";
import { drawPolicy } from "./policy_draw.ts";
import { withWords } from "./words_draw.ts";
import { plainListen } from "../../lib/server/listen/listen.ts";

/** What the configuration is, from a moment on. */
export interface ReloadPlan {
  /** In milliseconds after the start. */
  readonly afterMs: number;
  /** What the file says then; `null` when it is wrong. */
  readonly config: FullConfig | null;
}

/** What reloads are drawn for. */
export interface ReloadScene {
  readonly seed: number;
  /** What is followed at first. */
  readonly config: FullConfig;
  readonly isFair: boolean;
  readonly durationMs: number;
  /** An address of the forwarder's machine that nobody asks, and one that it does not have. */
  readonly listen: { readonly other: SocketAddress; readonly impossible: SocketAddress };
}

/** What a life has of configurations. */
export interface PolicyPlan {
  /** What is followed at first. */
  readonly policy: Policy | null;
  /**
   * When the program is told to read its configuration again, and what that is. Whatever follows from one of them follows from
   * what is followed at first, too: it has all upstreams, and the tightest limits.
   */
  readonly reloads: readonly ReloadPlan[];
  /** What becomes of the files that policies name; none where no policy does. */
  readonly files: FilePlan;
  /** What becomes of lists; nothing where no policy has any. */
  readonly lists: ListPlan;
  /** Queries for what may be known here, those for IPv6 addresses that are made, and how long they come, in milliseconds. */
  readonly local: { readonly queryCount: number; readonly translatedCount: number; readonly spanMs: number };
}

const NO_FILES: FilePlan = { hostsFiles: [], leases: [], changes: [] };
/** When all have been answered who have asked. */
const CLOSING_MS = 20_000;

/** One life in eight begins with a policy, and one in three has reloads. From sources of their own: the other lives stay as they are. */
export function drawPolicies(scene: ReloadScene): PolicyPlan {
  const { seed, config, durationMs } = scene;
  const random = new SeededRandom(`first policy ${seed}`);
  const spanMs = Math.max(durationMs, random.pick([1, 10_000, 60_000]));
  const hasLists = new SeededRandom(`has lists ${seed}`).chance(0.5) || sceneOf(seed) !== null;
  const drawn = hasLists ? drawListPlan(new SeededRandom(`lists ${seed}`), spanMs) : NO_LISTS;
  const lists = sceneOf(seed) === "translated" ? withNetwork(drawn) : drawn;
  const files = drawFiles(new SeededRandom(`files ${seed}`), { spanMs, startSeconds: lists.startSeconds });
  const isFirst = random.chance(1 / 8) || sceneOf(seed) !== null;
  const hasFirst = config.upstreams.length > 0 && isFirst;
  const policy = hasFirst ? drawOne(scene, { config, files, lists, source: `first ${seed}` }) : null;
  const reloads = drawReloads(scene, files, lists);
  const policies = [policy, ...reloads.map((reload) => reload.config?.policy ?? null)].filter((one) => one !== null);
  const hasFiles = policies.some((one) => {
    return one.local.hostsFiles.length > 0 || one.local.leases.length > 0 || hasMarks(one);
  });
  const isListing = policies.some((one) => one.lists.length > 0);
  // Where silent servers use up the time, what is made of two answers is made of one, or told without a reason.
  const isInTime = scene.isFair && policies.some(({ dns64 }) => dns64 !== null);
  // Who looks at files or at the clock all the time never comes to rest.
  const lastMs = Math.max(spanMs, ...reloads.map(({ afterMs }) => afterMs)) + CLOSING_MS;
  const closing = { afterMs: lastMs, config: { ...config, policy: null, rollbackAfterMs: 0 } };
  return {
    policy,
    reloads: hasFiles || isListing ? [...reloads, closing] : reloads,
    files: hasFiles ? files : NO_FILES,
    lists: isListing ? lists : NO_LISTS,
    local: {
      queryCount: policies.length > 0 ? random.between(10, 30) : 0,
      translatedCount: isInTime && sceneOf(seed) === "translated" ? 12 : 0,
      spanMs,
    },
  };
}

/** A policy of these upstreams, with words of its own in most cases. */
function drawOne(
  { seed, isFair }: ReloadScene,
  { config, files, lists, source }: { config: FullConfig; files: FilePlan; lists: ListPlan; source: string },
): Policy {
  const { upstreams } = config;
  const routed = drawPolicy(new SeededRandom(`routes ${source}`), {
    config,
    countMin: isFair ? upstreams.length : 1,
    upstreams,
  });
  return withMore(routed, { seed, isFair, config, files, lists, source });
}

function withMore(
  routed: Policy,
  { seed, isFair, config, files, lists, source }: Pick<ReloadScene, "seed" | "isFair" | "config"> & {
    files: FilePlan;
    lists: ListPlan;
    source: string;
  },
): Policy {
  const scene = sceneOf(seed);
  const words = new SeededRandom(`words ${source}`);
  const policy = words.chance(0.8) ? withWords(routed, words) : routed;
  const home = new SeededRandom(`home ${source}`);
  const known = home.chance(0.5) ? withHome(policy, home, files) : policy;
  const listing = new SeededRandom(`lists ${source}`);
  const listed = lists !== NO_LISTS && (listing.chance(0.8) || scene !== null)
    ? withLists(known, listing, lists)
    : known;
  const routing = new SeededRandom(`list route ${source}`);
  const routedByList = listed.lists.length > 0 && routing.chance(0.8) ? withListRoute(listed, routing) : listed;
  const serving = new SeededRandom(`list server ${source}`);
  // A fair life has a server within reach that answers, whoever is asked.
  const served = !isFair && scene === "listed" ? withListServer(routedByList, serving) : routedByList;
  const marking = new SeededRandom(`marks ${source}`);
  const marked = marking.chance(0.5) ? withMarks(served, marking) : served;
  const answering = new SeededRandom(`answers ${source}`);
  const answered = answering.chance(0.6) ? withAnswers(marked, answering) : marked;
  const translating = new SeededRandom(`translated ${source}`);
  const translated = scene === "translated" && translating.chance(0.8)
    ? withTranslated(answered, translating)
    : answered;
  const listening = new SeededRandom(`listeners ${source}`);
  return listening.chance(0.3) ? withListeners(translated, listening, config) : translated;
}

/**
 * What a life is about: names that have IPv4 addresses alone, or names of lists for which somebody else is asked. From a source of
 * its own, and rarely: most lives are about nothing in particular.
 */
function sceneOf(seed: number): "translated" | "listed" | null {
  const dice = new SeededRandom(`matter ${seed}`).fraction();
  return dice < 0.12 ? "translated" : dice < 0.24 ? "listed" : null;
}

function drawReloads(
  { seed, config, isFair, durationMs, listen }: ReloadScene,
  files: FilePlan,
  lists: ListPlan,
): readonly ReloadPlan[] {
  const random = new SeededRandom(`reloads ${seed}`);
  if (!random.chance(1 / 3)) return [];
  const { upstreams, maxInFlight, timeoutMs } = config;
  // A fair life has an upstream within reach that answers; without all of them nobody knows which.
  const countMin = isFair ? upstreams.length : Math.min(1, upstreams.length);
  // Now and then faster than they can be followed.
  const isStorm = random.chance(0.2);
  return Array.from({ length: isStorm ? 60 : random.between(1, 6) }, (_, i) => {
    const other: FullConfig = {
      ...config,
      upstreams: random.shuffled(upstreams).slice(0, random.between(countMin, upstreams.length)),
      strategy: random.pick(STRATEGIES),
      prefetches: random.chance(0.5),
      servesStale: config.servesStale && random.chance(0.8),
      maxInFlight: random.pick([maxInFlight, 10_000]),
      timeoutMs: isFair ? timeoutMs : random.pick([timeoutMs, Math.max(100, timeoutMs / 2)]),
      listen: [
        ...config.listen!,
        ...random.pick([[], [], [listen.other], [listen.other, listen.impossible]]).map(plainListen),
      ],
      rollbackAfterMs: random.pick([0, 30_000]),
      // What takes a restart.
      workers: random.pick([1, 2]),
    };
    const hasPolicy = upstreams.length > 0 && random.chance(0.6);
    const routed = hasPolicy ? drawPolicy(random, { config: other, countMin, upstreams }) : null;
    const policy = routed === null
      ? null
      : withMore(routed, { seed, isFair, config: other, files, lists, source: `${seed} ${i}` });
    return {
      afterMs: isStorm ? i * Math.min(50, durationMs / 60) : random.fraction() * (durationMs + timeoutMs),
      config: random.chance(0.1) ? null : { ...other, policy },
    };
  });
}
