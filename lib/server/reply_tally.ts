import { Outcomes } from "../observe/outcomes.ts";
import { Latencies } from "../observe/tally/latencies.ts";
import { QuestionCounts } from "../observe/tally/question_counts.ts";
import { ReplySizes } from "../observe/tally/reply_sizes.ts";
import { CHANNELS } from "../resolver/client.ts";
import type { Query } from "../resolver/query.ts";
import { SOURCE } from "../resolver/reply.ts";

const SOURCE_COUNT = Object.keys(SOURCE).length;

/** What is counted of every reply, whether anybody looks or not. */
export class ReplyTally {
  /** How many have left by each channel, from each source and with each RCODE. */
  readonly outcomes: Outcomes = new Outcomes(CHANNELS.length, SOURCE_COUNT);
  /** How long they took, by source. */
  readonly latencies: Latencies = new Latencies(SOURCE_COUNT);
  /** How long they were. */
  readonly sizes: ReplySizes = new ReplySizes();
  /** What was asked, by channel and family of addresses. */
  readonly questions: QuestionCounts = new QuestionCounts(CHANNELS.length);

  /** The reply of `query` is about to leave, so long after the query came. Returns its RCODE. */
  count(query: Query, tookMs: number): number {
    // hot path
    const { reply, client } = query;
    const { source, rcode } = reply;
    this.outcomes.count(client.channelIndex, source, rcode);
    this.latencies.add(source, tookMs);
    this.sizes.add(reply.octets.length);
    this.questions.count(client.channelIndex, client.isIpv6, query.qtype);
    return rcode;
  }
}
