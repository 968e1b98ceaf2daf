import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { RandomSource } from "../../base/runtime.ts";
import type { QueryTrace } from "../../observe/query_trace.ts";
import type { TraceStep } from "../../observe/trace.ts";
import { rcodeToText, typeToText } from "../../wire/iana.ts";

/** SpanKind, SpanStatusCode and TraceFlags of the API, which are numbers at run time. */
const KIND = { internal: 0, server: 1, client: 2 } as const;
const STATUS = { unset: 0, error: 2 } as const;
const SAMPLED = 1;

type Attributes = Record<string, string | number | boolean>;

/** A stretch of a question's way, before it is a span. */
interface Stretch {
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  endMs: number | null;
  readonly attributes: Attributes;
  /** Why it came to nothing; `null` when it did not. */
  error: string | null;
}

/**
 * The message that tells a collector what has become of questions.
 *
 * @param attributes Who sends.
 * @param random Where IDs come from.
 */
export function tracesMessage(
  attributes: Readonly<Record<string, string>>,
  traces: readonly QueryTrace[],
  random: RandomSource,
): Uint8Array<ArrayBuffer> {
  const maker = new SpanMaker(resourceFromAttributes(attributes), random);
  return Uint8Array.from(ProtobufTraceSerializer.serializeRequest(traces.flatMap((trace) => maker.spansOf(trace)))!);
}

type Resource = ReturnType<typeof resourceFromAttributes>;

/** Makes spans of traces: one for the question, and one for each step that an explanation would have. */
class SpanMaker {
  readonly #resource: Resource;
  readonly #random: RandomSource;

  /** Of what `resource` does; IDs are drawn from `random`. */
  constructor(resource: Resource, random: RandomSource) {
    this.#resource = resource;
    this.#random = random;
  }

  /** The span of a question, and behind it those of its steps. Nothing in DNS says whose part it is: it is a trace of its own. */
  spansOf({ observation, steps }: QueryTrace): ReadableSpan[] {
    const { timeMs, tookMs, channel, client, name, type, rcode, source, upstream, reason, worker } = observation;
    const traceId = this.#draw(16);
    const rootId = this.#draw(8);
    const isError = rcodeToText(rcode) === "SERVFAIL";
    const root: Stretch = {
      name: `DNS ${typeToText(type)}`,
      kind: KIND.server,
      startMs: 0,
      endMs: tookMs,
      attributes: {
        ...(name !== "" && { "dns.question.name": name }),
        "dns.question.type": typeToText(type),
        "dns.response.rcode": rcodeToText(rcode),
        "dns_forwarder.source": source,
        "network.protocol.name": "dns",
        "network.transport": channel,
        ...(client !== "" && { "client.address": client }),
        ...(upstream !== null && { "server.address": upstream }),
        ...(reason !== "" && { "dns_forwarder.reason": reason }),
        ...(worker > 0 && { "dns_forwarder.worker": worker }),
      },
      error: isError ? reason || "SERVFAIL" : null,
    };
    const spans = stretchesOf(steps).map((stretch) => this.#span(stretch, observation, traceId, this.#draw(8), rootId));
    return [this.#span(root, { timeMs, tookMs }, traceId, rootId, null), ...spans];
  }

  #span(
    { name, kind, startMs, endMs, attributes, error }: Stretch,
    { timeMs, tookMs }: { readonly timeMs: number; readonly tookMs: number },
    traceId: string,
    spanId: string,
    parentId: string | null,
  ): ReadableSpan {
    const startTime = momentOf(timeMs + startMs);
    const endTime = momentOf(timeMs + Math.max(startMs, endMs ?? tookMs));
    const contextOf = (id: string) => ({ traceId, spanId: id, traceFlags: SAMPLED });
    return {
      name,
      kind,
      spanContext: () => contextOf(spanId),
      ...(parentId !== null && { parentSpanContext: contextOf(parentId) }),
      startTime,
      endTime,
      status: error === null ? { code: STATUS.unset } : { code: STATUS.error, message: error },
      attributes,
      links: [],
      events: [],
      duration: momentOf(Math.max(startMs, endMs ?? tookMs) - startMs),
      ended: true,
      resource: this.#resource,
      instrumentationScope: { name: "dns-forwarder" },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  }

  #draw(octets: number): string {
    const id = new Uint8Array(octets);
    this.#random.fill(id);
    return id.toHex();
  }
}

/** An exchange lasts until its upstream has replied or failed, or is asked again; waiting for another's, until the end. */
function stretchesOf(steps: readonly TraceStep[]): Stretch[] {
  const stretches: Stretch[] = [];
  const open = new Map<string, Stretch>();
  for (const step of steps) {
    const begin = (name: string, kind: number, attributes: Attributes, endMs: number | null): Stretch => {
      const stretch = { name, kind, startMs: step.atMs, endMs, attributes, error: null };
      stretches.push(stretch);
      return stretch;
    };
    const end = (upstream: string): Stretch | null => {
      const stretch = open.get(upstream) ?? null;
      open.delete(upstream);
      if (stretch !== null) stretch.endMs = step.atMs;
      return stretch;
    };
    if (step.kind === "asked" || step.kind === "again") {
      end(step.upstream);
      open.set(step.upstream, begin(step.kind, KIND.client, { "server.address": step.upstream }, null));
    } else if (step.kind === "replied") {
      const stretch = end(step.upstream) ??
        begin("replied", KIND.client, { "server.address": step.upstream }, step.atMs);
      stretch.attributes["dns.response.rcode"] = rcodeToText(step.rcode);
      stretch.attributes["dns_forwarder.octets"] = step.octets;
      stretch.attributes["dns_forwarder.is_truncated"] = step.isTruncated;
    } else if (step.kind === "failed") {
      const stretch = end(step.upstream) ??
        begin("failed", KIND.client, { "server.address": step.upstream }, step.atMs);
      stretch.error = step.why;
    } else if (step.kind === "shared") {
      begin("shared", KIND.internal, {}, null);
    } else if (step.kind === "instead") {
      begin("instead", KIND.internal, { "dns.question.name": step.name }, step.atMs);
    } else {
      begin(step.kind, KIND.internal, {}, step.atMs);
    }
  }
  return stretches;
}

function momentOf(ms: number): [seconds: number, nanoseconds: number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - 1000 * seconds) * 1e6)];
}
