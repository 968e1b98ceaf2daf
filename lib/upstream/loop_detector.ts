import type { Clock, RandomSource } from "../base/runtime.ts";
import { CLASS, TYPE } from "../wire/iana.ts";
import { nameFromText } from "../wire/name.ts";
import { Writer } from "../wire/writer.ts";
import type { Upstream } from "./upstream.ts";

/** 128 bits: whoever wants to make an upstream look like a loop has to guess them (as CVE-2026-26018 did elsewhere). */
const TOKEN_OCTETS = 16;
/** Probes at most this often, however suspicious things look. */
const PROBE_EVERY_MS = 10_000;
/** How long an answer to a probe is waited for; the probe itself would be back much sooner. */
const PROBE_MS = 2000;

/** What a detector is made from. */
export interface LoopDetectorOptions {
  /** Those that may lead back here. */
  readonly upstreams: readonly Upstream[];
  /** Where tokens come from. */
  readonly random: RandomSource;
  /** What the time is read from. */
  readonly clock: Clock;
}

/**
 * Finds out whether an upstream leads back to this program, directly or through other forwarders. When that seems
 * possible, each upstream is asked for a name that nobody else knows; if the question comes in from a client, that
 * upstream is a loop, and is left alone for a while.
 */
export class LoopDetector {
  readonly #options: LoopDetectorOptions;
  /** The upstream that was asked for each name, by the octets of the question. */
  #probes = new Map<string, Upstream>();
  #lastProbeMs = -Infinity;

  /** See {@linkcode LoopDetectorOptions}. */
  constructor(options: LoopDetectorOptions) {
    this.#options = options;
  }

  /** Something happened that a loop would explain: several queries waited for one answer, and it did not come. */
  suspect(): void {
    const { upstreams, clock } = this.#options;
    const nowMs = clock.nowMs();
    if (nowMs - this.#lastProbeMs < PROBE_EVERY_MS) return;
    this.#lastProbeMs = nowMs;
    this.#probes = new Map(upstreams.map((upstream) => [this.#probe(upstream, nowMs), upstream]));
  }

  /** Whether a probe may come back. */
  get isWatching(): boolean {
    return this.#probes.size > 0;
  }

  /**
   * Whether a question from a client is one of the probes; then its upstream is cut off.
   *
   * @param questionOctets The question in wire format, in any letter case.
   */
  recognize(questionOctets: Uint8Array): boolean {
    if (!this.isWatching) return false;
    const upstream = this.#probes.get(toKey(questionOctets));
    upstream?.cutLoop();
    return upstream !== undefined;
  }

  /** Sends a probe; returns its key. */
  #probe(upstream: Upstream, nowMs: number): string {
    const token = new Uint8Array(TOKEN_OCTETS);
    this.#options.random.fill(token);
    const writer = new Writer();
    // RFC 2606 §3 keeps example. for such use; resolvers treat it as any other name (RFC 6761 §6.5).
    writer.name(nameFromText(`${token.toHex()}.example.`));
    writer.uint16(TYPE.TXT);
    writer.uint16(CLASS.IN);
    const questionOctets = writer.finish();
    const deadlineMs = nowMs + PROBE_MS;
    upstream.ask({ questionOctets, flags: 0, wantsDnssec: false, usefulOctetsMax: 0, deadlineMs, sendCount: 0 }).catch(
      () => {
        // No answer is no loop; the upstream itself has taken note of its silence.
      },
    );
    return toKey(questionOctets);
  }
}

/** Lower case: the probe goes out in random case, and forwarders may change it. Digits and hex letters fold alike. */
function toKey(questionOctets: Uint8Array): string {
  return String.fromCharCode(...questionOctets).toLowerCase();
}
