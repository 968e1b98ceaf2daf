import type { SocketAddress } from "../../lib/base/net/address.ts";
import { CONNECTIONS_PER_CLIENT_MAX } from "../support/stream_rig.ts";
import type { FakeWorld } from "../support/fake_world.ts";
import type { Host } from "../support/world_network.ts";

/** When all have been let in or closed, and long before idle ones are. */
const CHECK_MS = 1000;

/** What a crowd is made from. */
export interface CrowdOptions {
  readonly world: FakeWorld;
  /** Nobody else's. */
  readonly host: Host;
  readonly service: SocketAddress;
  readonly connectionCount: number;
}

/** One client with more connections than it may have, on which it asks nothing. */
export class Crowd {
  /** What was wrong, a line each. */
  readonly faults: string[] = [];
  readonly #options: CrowdOptions;
  #closedCount = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  /** Connects, and later looks at what has become of it. */
  async start(): Promise<void> {
    const { world, host, service, connectionCount } = this.#options;
    world.time.after(CHECK_MS, () => this.#check());
    const signal = new AbortController().signal;
    for (const connecting of Array.from({ length: connectionCount }, () => host.connectStream(service, signal))) {
      const stream = await connecting;
      stream.onOctets = () => this.faults.push("an idle connection was sent something");
      stream.onEnd = () => {
        this.#closedCount++;
        if (!stream.isClosed) stream.close();
      };
    }
  }

  #check(): void {
    const { connectionCount } = this.#options;
    const openCount = connectionCount - this.#closedCount;
    const wanted = Math.min(connectionCount, CONNECTIONS_PER_CLIENT_MAX);
    if (openCount !== wanted) this.faults.push(`a crowd of ${connectionCount} has ${openCount} connections [7766_05]`);
  }
}
