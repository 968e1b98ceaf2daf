import { Spares } from "../base/spares.ts";
import type { Query } from "../resolver/query.ts";
import type { UsualExchange, UsualWay } from "../resolver/sharing/open_exchange.ts";
import type { UpstreamGroup } from "../upstream/group/upstream_group.ts";
import { Slot } from "./slot.ts";
import type { SlotServices } from "./slot_services.ts";

/** What the usual way is made from. */
export interface SlotsOptions extends SlotServices {
  /** Who is asked for a query. */
  readonly upstreamsFor: (query: Query) => UpstreamGroup;
}

/** The usual way of questions to an upstream and back; see `Slot`. */
export class Slots implements UsualWay {
  readonly #services: SlotServices;
  readonly #spares = new Spares<Slot>();
  readonly #upstreamsFor: (query: Query) => UpstreamGroup;

  /** See {@linkcode SlotsOptions}. */
  constructor({ upstreamsFor, ...services }: SlotsOptions) {
    this.#upstreamsFor = upstreamsFor;
    this.#services = services;
  }

  /** See `UsualWay`. */
  take(query: Query, leader: Query): UsualExchange | null {
    // hot path
    const { counters } = this.#services;
    const group = this.#upstreamsFor(leader);
    // What is explained is written down by the layers.
    if (leader.trace !== null || !group.isUsual || group.members[0]!.dialogue.isOverTcp) {
      counters.slotsUnusual++;
      return null;
    }
    counters.slotQuestions++;
    const spare = this.#spares.take();
    const slot = spare ?? new Slot(query, leader, group, this.#services, this.#spares);
    if (spare !== undefined) spare.renewFor(query, leader, group);
    slot.start();
    return slot;
  }
}
