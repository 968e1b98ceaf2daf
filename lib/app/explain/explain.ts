import type { FullConfig } from "../../config/config.ts";
import type { ExplainRequest } from "../../operator/admin/requests.ts";
import type { Explanation } from "../../operator/explain/explanation.ts";
import { Trace } from "../../observe/trace.ts";
import { Client } from "../../resolver/client.ts";
import { Query } from "../../resolver/query.ts";
import { Reply } from "../../resolver/reply.ts";
import { admit, ADMITTED, IGNORED } from "../../server/admission/message_check.ts";
import { finish } from "../../server/reply/finish.ts";
import { UDP_PAYLOAD_OCTETS, writeOpt } from "../../wire/edns/edns.ts";
import { FLAG, headerFromFlags } from "../../wire/header.ts";
import { CLASS, RCODE, rcodeToText } from "../../wire/iana.ts";
import { decode, encode } from "../../wire/message.ts";
import { nameFromText } from "../../wire/name.ts";
import { questionToText } from "../../wire/text/record_text.ts";
import type { BuiltPipeline } from "../build_pipeline.ts";
import type { Resources } from "../resources.ts";
import { clientStep, groupOf, refusedStep } from "./client_step.ts";
import { pipelineAt } from "./pipeline_at.ts";
import { momentOf, timeFacts } from "./time_facts.ts";
import { cacheStep, policyStep, replyStep, upstreamStep, whyOf } from "./steps.ts";

/** Who asks unless somebody else is named. */
const THIS_MACHINE = "127.0.0.1";

/** What an explanation is made with: what queries go through, too. */
export interface ExplainOptions {
  /** What they go through now. */
  readonly built: BuiltPipeline;
  /** What that is made from. */
  readonly config: FullConfig;
  /** What outlives that. */
  readonly resources: Resources;
  /** Whether nothing may be asked: then it is told what would be, and nothing is waited for. */
  readonly isOffline?: boolean;
}

/**
 * Asks a question as a client would, and writes down what becomes of it: it goes through the resolvers, the memory and to the
 * upstreams that clients' queries go through. What is learned on its way is remembered; it takes nothing from the client's rate,
 * and is not counted as a client's.
 */
export async function explain(request: ExplainRequest, options: ExplainOptions): Promise<Explanation> {
  if (request.at === null) return await explainIn(options.built, request, options);
  const { config, resources } = options;
  const built = await pipelineAt(momentOf(request.at), config, resources);
  try {
    return await explainIn(built, request, options);
  } finally {
    built.pipeline.retire(() => built.close());
  }
}

async function explainIn(
  { pipeline, access }: BuiltPipeline,
  request: ExplainRequest,
  { resources, isOffline = false }: ExplainOptions,
): Promise<Explanation> {
  const { counters, clock } = resources;
  const client = new Client(request.client ?? THIS_MACHINE, "udp");
  const trace = client.trace = new Trace(clock);
  const wire = wireOf(request);
  const deadlineMs = clock.nowMs() + pipeline.timeoutMs;
  const query = new Query({ wire, client, deadlineMs, pathOctetsMax: UDP_PAYLOAD_OCTETS });
  query.trace = trace;
  const question = questionToText(decode(wire).questions[0]!);
  if (!access.allows(client)) return { question, ...refusedStep(client, access) };
  pipeline.enter();
  try {
    const before = { ...counters };
    const verdict = admit(query);
    const pending = verdict === ADMITTED || verdict === IGNORED ? pipeline.resolver.resolve(query) : verdict;
    // Nothing else has happened meanwhile: what memory has counted is this question.
    for (const name of MEMORY_COUNTERS) counters[name] = before[name];
    const isAnswered = pending instanceof Reply;
    const isKnown = isAnswered || !isOffline;
    if (isKnown) await pending;
    if (isKnown) finish(query, pipeline.recursionAvailable);
    const steps = [
      clientStep(client, access),
      policyStep(query, timeFacts(resources.timetable, groupOf(client), request.at)),
      ...cacheStep(query, resources),
      ...upstreamStep(query, isKnown),
      ...(isKnown ? [replyStep(query)] : []),
    ];
    return { question, steps, outcome: isKnown ? outcomeOf(query, trace) : null };
  } finally {
    pipeline.leave();
  }
}

const MEMORY_COUNTERS = [
  "cacheHits",
  "cacheStaleHits",
  "cacheFailureHits",
  "cacheMisses",
  "cacheNegativeHits",
] as const;

function wireOf({ name, type, dnssec }: ExplainRequest): Uint8Array<ArrayBuffer> {
  const edns = { udpPayloadOctets: UDP_PAYLOAD_OCTETS, extendedRcode: 0, version: 0, wantsDnssec: dnssec, options: [] };
  return encode({
    ...headerFromFlags(0, FLAG.RD | FLAG.AD),
    questions: [{ name: nameFromText(name), type, class: CLASS.IN }],
    answers: [],
    authorities: [],
    additionals: [writeOpt(edns)],
  });
}

function outcomeOf(query: Query, { elapsedMs }: Trace): Explanation["outcome"] {
  const { rcode } = query.reply;
  const isAnswer = rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;
  return { rcode: rcodeToText(rcode), isAnswer, elapsedMs, because: whyOf(query) };
}
