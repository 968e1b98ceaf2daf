import { drawSecret } from "../../base/random/derive_key.ts";
import type { DatagramSocket, Network, Runtime } from "../../base/runtime.ts";
import type { SocketAddress } from "../../base/net/address.ts";
import { withoutQuic } from "../../base/sockets/quic.ts";
import type { FullConfig } from "../../config/config.ts";
import type { ExplainRequest } from "../../operator/admin/requests.ts";
import type { Explanation } from "../../operator/explain/explanation.ts";
import { buildPipeline } from "../build_pipeline.ts";
import { Resources } from "../resources.ts";
import { explain } from "./explain.ts";

/** What would become of a question with a configuration, in a program that has just started. Nobody is asked. */
export async function explainOffline(
  request: ExplainRequest,
  config: FullConfig,
  runtime: Runtime,
): Promise<Explanation> {
  const resources = new Resources(config, { ...runtime, network: NOWHERE }, drawSecret(runtime.random));
  try {
    const built = buildPipeline(config, resources);
    return await explain(request, { built, config, resources, isOffline: true });
  } finally {
    resources.close();
  }
}

/** A network that nothing leaves and nothing comes from. */
const NOWHERE: Network = {
  openDatagram: (address) => new SilentSocket(address),
  listenStream: () => {
    throw new Error("Nobody listens here");
  },
  connectStream: () => Promise.reject(new Error("Nothing leaves from here")),
  connectTls: () => Promise.reject(new Error("Nothing leaves from here")),
  listenTls: () => {
    throw new Error("Nobody listens here");
  },
  quic: withoutQuic("nothing leaves from here"),
};

class SilentSocket implements DatagramSocket {
  readonly address: SocketAddress;
  readonly #closed = Promise.withResolvers<never>();

  constructor(address: SocketAddress) {
    this.address = address;
    // Whether somebody waits or not.
    this.#closed.promise.catch(() => {});
  }

  receive(): Promise<never> {
    return this.#closed.promise;
  }

  send({ length }: Uint8Array): Promise<number> {
    return Promise.resolve(length);
  }

  close(): void {
    this.#closed.reject(new Error("The socket is closed"));
  }
}
