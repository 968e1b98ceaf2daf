import { Later } from "../base/later.ts";
import type { Upstream } from "./upstream.ts";

/** A reply and who gave it. */
export interface UpstreamReply {
  /** The response in wire format; lent, as `LaterOctets` says. */
  readonly reply: Uint8Array<ArrayBuffer>;
  /** Who gave it. */
  readonly upstream: Upstream;
}

/** A reply that comes later. */
export class LaterReply extends Later<UpstreamReply> {
  /** See `Later`. */
  protected override kept(reply: UpstreamReply): UpstreamReply {
    return copyOf(reply);
  }
}

/** A reply that lasts: its octets are nobody else's. */
export function copyOf({ reply, upstream }: UpstreamReply): UpstreamReply {
  return { reply: reply.slice(), upstream };
}
