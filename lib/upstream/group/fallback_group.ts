import type { Response } from "../../response/response.ts";
import type { Request } from "../request.ts";
import type { Upstream } from "../upstream.ts";
import { FallbackExchange, type Stage } from "./fallback_exchange.ts";
import type { LateListener } from "./listening.ts";
import { UpstreamGroup } from "./upstream_group.ts";
import type { UpstreamGroupOptions } from "./upstream_group_options.ts";

/** What a group with a fallback is made from. */
export interface FallbackGroupOptions extends UpstreamGroupOptions {
  /** Who is asked when all members have failed. */
  readonly fallback: UpstreamGroup;
}

/** A group that is followed by another one: see `FallbackExchange` for when that is asked. */
export class FallbackGroup extends UpstreamGroup {
  readonly #options: FallbackGroupOptions;
  readonly #fallback: UpstreamGroup;
  readonly #first: Stage;
  /** What `reach` was made of. */
  #reached: readonly (readonly Upstream[])[] = [];
  #reach: readonly Upstream[] = [];

  /** See {@linkcode FallbackGroupOptions}. The fallback stays open for as long as this one does. */
  constructor(options: FallbackGroupOptions) {
    const { fallback } = options;
    const onClosed = () => {
      options.onClosed();
      fallback.release();
    };
    super({ ...options, onClosed });
    fallback.hold();
    this.#options = options;
    this.#fallback = fallback;
    this.#first = {
      upstreamCount: this.members.length,
      rule: this.rule,
      exchange: (request, lateListener) => super.exchange(request, lateListener),
    };
  }

  /** See `UpstreamGroup.exchange`; what the fallback says counts as well. */
  override exchange(request: Request, lateListener: LateListener | null = null): PromiseLike<Response> {
    const { clock, deadlines, counters } = this.#options;
    const fallback = this.#fallback;
    if (super.areKnownBad && !fallback.areKnownBad) {
      counters.upstreamFallbacks++;
      this.probe(this.members, request);
      return fallback.exchange(request, lateListener);
    }
    this.hold();
    return new FallbackExchange({
      request,
      first: this.#first,
      timeoutMs: this.timeoutMs,
      areFirstBad: () => super.areKnownBad,
      fallback,
      lateListener,
      onEnd: () => this.release(),
      clock,
      deadlines,
      counters,
    }).run();
  }

  /** See `UpstreamGroup.isUsual`: there is more to it. */
  override get isUsual(): boolean {
    return false;
  }

  /** See `UpstreamGroup.reach`: those of the fallback as well. */
  override get reach(): readonly Upstream[] {
    const { members } = this;
    const others = this.#fallback.reach;
    // Somebody may have come to stand in for one of them.
    if (this.#reached[0] !== members || this.#reached[1] !== others) {
      this.#reached = [members, others];
      this.#reach = [...new Set([...members, ...others])];
    }
    return this.#reach;
  }

  /** Whether nobody is expected to answer, of the fallback neither. */
  override get areKnownBad(): boolean {
    return super.areKnownBad && this.#fallback.areKnownBad;
  }

  /** See `UpstreamGroup.recoveredAtMs`. What has failed has not been tried with a fallback that is back either. */
  override get recoveredAtMs(): number {
    return Math.max(super.recoveredAtMs, this.#fallback.recoveredAtMs);
  }
}
