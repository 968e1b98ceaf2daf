import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { Asking } from "../encrypted/secure_forwarders.ts";

/** What a forwarder is put in front of. Gone when the situation is over. */
export interface Upstreams extends AsyncDisposable {
  /** The one that is preferred where the forwarder has preferences comes first. */
  readonly addresses: readonly SocketAddress[];
}

/** A forwarder, its upstreams, and a zone below which every name is new to all caches. */
export interface Stage<U extends Upstreams = Upstreams> {
  readonly forwarder: SocketAddress;
  readonly upstreams: U;
  /** Without a dot at its end. */
  readonly zone: string;
}

/** What was seen of one forwarder in one situation. */
export interface Finding {
  /** For the table. */
  readonly text: string;
  /** The numbers behind it; none: it could not be put into the situation. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** A situation that every forwarder is put into. */
export interface Situation<U extends Upstreams = Upstreams> {
  /** As it is called in `--situations`. */
  readonly name: string;
  readonly title: string;
  /** Whether forwarders are to ask over TCP alone; those that cannot are left out. Default: no. */
  readonly overTcp?: boolean;
  /** How forwarders are to ask; those that cannot are left out. Default: as plain as they like. */
  readonly asking?: Asking;
  /** Whether a few forwarders may be in it at a time, because it is not milliseconds that count. Default: no. */
  readonly isPatient?: boolean;
  /** Opens the upstreams before the forwarder starts. */
  open(): U | Promise<U>;
  /** What happens then. */
  play(stage: Stage<U>): Promise<Finding>;
  /** What is expected of ours. */
  readonly goal: Goal;
}

/** What is expected. */
export interface Goal {
  readonly text: string;
  readonly isMet: (numbers: Finding["numbers"]) => boolean;
}
