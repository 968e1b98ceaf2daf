import type { Services } from "../../observe/services.ts";
import { Discovery, type Opened } from "../discovery/discovery.ts";
import type { PlainEndpoint, SecureEndpoint } from "../endpoint.ts";
import type { UpstreamGroup } from "../group/upstream_group.ts";
import type { Upstream } from "../upstream.ts";

/** An upstream that is asked how else it can be asked. */
interface Discovered {
  readonly discovery: Discovery<Upstream>;
  /** Groups that it is in. */
  readonly groups: Set<UpstreamGroup>;
  /** Who is asked in its place. */
  standIn: Upstream | null;
}

/** The plain upstreams that are to be asked as they say themselves (RFC 9462), and the groups that they are in. */
export class Discoveries {
  readonly #services: Pick<Services, "clock" | "deadlines" | "log">;
  readonly #all = new Map<Upstream, Discovered>();

  /** None yet. */
  constructor(services: Pick<Services, "clock" | "deadlines" | "log">) {
    this.#services = services;
  }

  /**
   * An upstream is in a group: whoever is found to stand in for it is asked there.
   *
   * @param open Opens who may stand in.
   */
  join(
    upstream: Upstream,
    endpoint: PlainEndpoint,
    group: UpstreamGroup,
    open: (endpoint: SecureEndpoint) => Opened<Upstream>,
  ): void {
    const known = this.#all.get(upstream);
    const discovered = known ?? this.#discover(upstream, endpoint, open);
    discovered.groups.add(group);
    if (discovered.standIn !== null) group.replace(upstream, discovered.standIn);
    if (known === undefined) discovered.discovery.start();
  }

  /** A group is no more. */
  leave(group: UpstreamGroup): void {
    for (const [upstream, { discovery, groups }] of this.#all) {
      if (!groups.delete(group) || groups.size > 0) continue;
      this.#all.delete(upstream);
      discovery.close();
    }
  }

  /** Why an upstream is asked in the clear; `null` for one that is not to be discovered. */
  stateOf(upstream: Upstream): Pick<Discovery<Upstream>, "whyNot"> | null {
    const discovery = this.#all.get(upstream)?.discovery;
    return discovery === undefined ? null : { whyNot: discovery.whyNot };
  }

  /** Begins anew: the network may be another one. */
  reset(): void {
    for (const { discovery } of this.#all.values()) discovery.reset();
  }

  /** Nobody is looked for any more. */
  close(): void {
    for (const { discovery } of this.#all.values()) discovery.close();
    this.#all.clear();
  }

  #discover(
    upstream: Upstream,
    endpoint: PlainEndpoint,
    open: (endpoint: SecureEndpoint) => Opened<Upstream>,
  ): Discovered {
    const groups = new Set<UpstreamGroup>();
    const use = (standIn: Upstream | null) => {
      discovered.standIn = standIn;
      for (const group of groups) group.replace(upstream, standIn);
    };
    const discovery = new Discovery({ ...this.#services, plain: upstream, endpoint, open, use });
    const discovered: Discovered = { discovery, groups, standIn: null };
    this.#all.set(upstream, discovered);
    return discovered;
  }
}
