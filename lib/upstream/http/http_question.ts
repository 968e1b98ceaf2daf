import type {
  HttpClientConnection,
  HttpFields,
  HttpResponseSink,
  HttpStreamError,
} from "../../base/http/http_exchange.ts";
import type { Counters } from "../../observe/counters.ts";
import { HEADER_OCTETS, MESSAGE_OCTETS_MAX, putId } from "../../wire/header.ts";
import { EDE } from "../../wire/iana.ts";
import { uint16At } from "../../wire/octets.ts";
import type { Correlator } from "../matching/correlator.ts";
import { COUNTER_OF } from "../matching/verdict.ts";
import type { CarriedQuery } from "../stream/carried_query.ts";
import { UpstreamError } from "../upstream_error.ts";
import type { RetryAfter } from "./retry_after.ts";

/** RFC 8484 §6. */
const DNS_MESSAGE = "application/dns-message";
const FIELDS: HttpFields = ["accept", DNS_MESSAGE, "content-type", DNS_MESSAGE];

/** What is asked for over HTTP. */
export interface HttpTarget {
  /** The server's name, with its port where it is not the usual one. */
  readonly authority: string;
  /** Where it answers questions. */
  readonly path: string;
}

/** What a question is made from. */
export interface HttpQuestionOptions {
  /** The query, which waits under an ID. */
  readonly sent: CarriedQuery;
  /** What the server, and how it is asked, is called in messages. */
  readonly name: string;
  /** Knows the ID, and whether a reply is one. */
  readonly correlator: Correlator;
  /** Where replies are counted. */
  readonly counters: Counters;
  /** See `RetryAfter`. */
  readonly retryAfter: RetryAfter;
  /** There is no answer; the server is to blame. */
  readonly onFailure: (error: UpstreamError) => void;
  /** The server has not looked at it. */
  readonly onTurnedAway: () => void;
}

/** One query as a request, and its answer as a reply. */
export class HttpQuestion implements HttpResponseSink {
  readonly #options: HttpQuestionOptions;
  #http: HttpClientConnection | null = null;
  #cancel: (() => void) | null = null;
  /** Why there is no reply, when there is none. */
  failure: UpstreamError | null = null;
  /** Whether the server has not looked at it, or has gone away meanwhile. */
  isTurnedAway = false;

  /** See {@linkcode HttpQuestionOptions}. */
  constructor(options: HttpQuestionOptions) {
    this.#options = options;
  }

  /** Sends it. RFC 8484 §4.1: the ID is 0, so that what is asked the same looks the same to caches. */
  ask(http: HttpClientConnection, { path }: HttpTarget): void {
    const content = this.#options.sent.query.octets;
    putId(content, 0);
    const message = { method: "POST", path, fields: FIELDS, content, contentOctetsMax: MESSAGE_OCTETS_MAX } as const;
    this.#http = http;
    this.#cancel = http.request(message, this);
  }

  /** Nobody waits for it any more. */
  giveUp(): void {
    this.#cancel?.();
  }

  /** See `HttpResponseSink`. */
  answered(status: number, field: (name: string) => string | null, content: Uint8Array<ArrayBuffer>): void {
    const { sent, correlator, counters, retryAfter } = this.#options;
    if (status !== 200) {
      if (status === 429 || status === 503) retryAfter.note(field("retry-after"));
      return this.#fail(`has answered with HTTP status ${status}`);
    }
    const [type] = (field("content-type") ?? "content of no type").split(";", 1) as [string];
    if (type.trim().toLowerCase() !== DNS_MESSAGE) return this.#fail(`has answered with ${type}`);
    if (content.length < HEADER_OCTETS || uint16At(content, 0) !== 0) return this.#fail("has answered with another ID");
    putId(content, sent.id);
    const verdict = correlator.accept(content, sent.peer);
    counters[COUNTER_OF[verdict]]++;
    if (verdict !== "matched" && verdict !== "late") this.#fail("has answered another question");
  }

  /** See `HttpResponseSink`. */
  failed({ message, wasProcessed }: HttpStreamError): void {
    // A server that goes away and leaves before it has answered is as good as one that closes a connection.
    if (wasProcessed && this.#http!.isOpen) return this.#fail(`gives no answer: ${message}`);
    this.isTurnedAway = true;
    this.#options.onTurnedAway();
  }

  #fail(text: string): void {
    const { name, onFailure } = this.#options;
    this.failure = new UpstreamError(`${name} ${text}`, EDE.NETWORK_ERROR);
    onFailure(this.failure);
  }
}
