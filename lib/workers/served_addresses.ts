import type { Network } from "../base/runtime.ts";
import { type Config, DEFAULT_LISTEN } from "../config/config.ts";
import { canFollow, type Listen, listenKey } from "../server/listen/listen.ts";
import { freeAddresses } from "./free_addresses.ts";

/** Where workers serve together, with the ports that they all have. */
export class ServedAddresses {
  readonly #network: Network;
  /** What was found for each address of the configuration that is followed. */
  #found = new Map<string, readonly Listen[]>();

  /** `network` tells whether an address is free. */
  constructor(network: Network) {
    this.#network = network;
  }

  /** What the workers serve. */
  get listeners(): readonly Listen[] {
    return [...this.#found.values()].flat();
  }

  /**
   * The configuration with the addresses that can be bound, those that are served already as they are. `use` is to be called
   * when the workers follow it.
   *
   * @throws {ListenError} when one is taken by somebody else, or cannot be bound at all.
   */
  resolve<T extends Config>(config: T): { config: T; use(): void } {
    const { listen, sharesPort } = config;
    const found = new Map<string, readonly Listen[]>();
    for (const listener of listen ?? DEFAULT_LISTEN) {
      const key = listenKey(listener);
      const known = this.#found.get(key);
      const isNew = known === undefined || found.has(key);
      const follows = [...this.#found.values()].flat().some((former) => canFollow(listener, former));
      const addresses = !isNew
        ? known.map(({ address }) => ({ ...listener, address }))
        : sharesPort || follows
        ? [listener]
        : freeAddresses(this.#network, [listener], listen === null);
      found.set(key, [...found.get(key) ?? [], ...addresses]);
    }
    return { config: { ...config, listen: [...found.values()].flat() }, use: () => void (this.#found = found) };
  }
}
