import { Later } from "../base/later.ts";
import type { Upstream } from "./upstream.ts";

/** A reply and who gave it. */
export interface UpstreamReply {
  /** The response in wire format; lent, as `LaterOctets` says. */
  readonly reply: Uint8Array<ArrayBuffer>;
  /** Who gave it. */
  readonly upstream: Upstream;
  /** Whether it is a denial that should have been asked for once more; see `Request.unproven`. */
  readonly isUnproven?: boolean;
}

/** A reply that comes later. */
export class LaterReply extends Later<UpstreamReply> {
  /** See `Later`. */
  protected override kept(reply: UpstreamReply): UpstreamReply {
    return copyOf(reply);
  }
}

/** A reply that lasts: its octets are nobody else's. */
export function copyOf({ reply, upstream, isUnproven = false }: UpstreamReply): UpstreamReply {
  return { reply: reply.slice(), upstream, isUnproven };
}
