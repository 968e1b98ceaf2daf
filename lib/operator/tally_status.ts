import { type Histogram, sumHistograms } from "../observe/tally/histogram.ts";
import type { Latencies } from "../observe/tally/latencies.ts";
import type { CountedType, QuestionCounts } from "../observe/tally/question_counts.ts";
import { type SizeCounts, sumSizes } from "../observe/tally/reply_sizes.ts";
import { type Channel, CHANNELS } from "../resolver/client.ts";
import { SOURCE } from "../resolver/reply.ts";
import type { ReplyTally } from "../server/reply_tally.ts";
import { type ReplyCount, replyCounts, sumReplyCounts } from "./reply_counts.ts";

/** How long replies from one source took. */
export interface SourceLatency {
  /** Where they came from. */
  readonly source: keyof typeof SOURCE;
  /** From the query until the reply was made. */
  readonly latency: Histogram;
}

/** How many questions of one kind there were. */
export interface QuestionCount {
  /** What they came by. */
  readonly channel: Channel;
  /** Version of IP that the client speaks. */
  readonly family: 4 | 6;
  /** What was asked for. */
  readonly type: CountedType;
  /** 1 and more. */
  readonly count: number;
}

/** What has left for clients, and what they have asked. */
export interface TallyStatus {
  /** What has left: by each channel, from each source, with each RCODE. */
  readonly replies: readonly ReplyCount[];
  /** How long these took, by source; sources that there were none from are left out. */
  readonly latencies: readonly SourceLatency[];
  /** How long they were. */
  readonly replySizes: SizeCounts;
  /** What was asked, by channel, family of addresses and type. */
  readonly questions: readonly QuestionCount[];
}

/** What a server has counted. */
export function tallyStatus({ outcomes, latencies, sizes, questions }: ReplyTally): TallyStatus {
  return {
    replies: replyCounts(outcomes),
    latencies: latenciesOf(latencies),
    replySizes: sizes.sizes,
    questions: questionsOf(questions),
  };
}

/** What several processes have counted, as if they were one. */
export function sumTallies(all: readonly TallyStatus[]): TallyStatus {
  return {
    replies: sumReplyCounts(all.map(({ replies }) => replies)),
    latencies: sumLatencies(all.map(({ latencies }) => latencies)),
    replySizes: sumSizes(all.map(({ replySizes }) => replySizes)),
    questions: sumQuestions(all.map(({ questions }) => questions)),
  };
}

/** By names. Sources that there was nothing from are left out. */
function latenciesOf(latencies: Latencies): SourceLatency[] {
  const sources = Object.entries(SOURCE) as [keyof typeof SOURCE, number][];
  return sources.map(([source, kind]) => ({ source, latency: latencies.histogram(kind) }))
    .filter(({ latency: { count } }) => count > 0);
}

function sumLatencies(all: readonly (readonly SourceLatency[])[]): SourceLatency[] {
  return [...Map.groupBy(all.flat(), ({ source }) => source)].map(([source, parts]) => {
    return { source, latency: sumHistograms(parts.map(({ latency }) => latency)) };
  });
}

/** By names. Kinds that there were none of are left out. */
function questionsOf(counts: QuestionCounts): QuestionCount[] {
  return counts.list().map((counted) => ({ ...counted, channel: CHANNELS[counted.channel]! }));
}

function sumQuestions(all: readonly (readonly QuestionCount[])[]): QuestionCount[] {
  const kinds = Map.groupBy(all.flat(), ({ channel, family, type }) => `${channel} ${family} ${type}`);
  return [...kinds.values()].map((parts) => {
    return { ...parts[0]!, count: parts.reduce((total, { count }) => total + count, 0) };
  });
}
