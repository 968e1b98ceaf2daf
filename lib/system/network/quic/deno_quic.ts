import { type Quic, withoutQuic } from "../../../base/sockets/quic.ts";
import { DenoQuicClient } from "./quic_client.ts";
import { listenQuic } from "./quic_listener.ts";

/** QUIC as Deno has it: an interface of its own that may change, which is only there where it is asked for. */
export const DENO_QUIC: Quic = typeof Deno.QuicEndpoint === "function"
  ? { whyNot: null, client: (source) => new DenoQuicClient(source), listen: listenQuic }
  : withoutQuic("Deno has it with --unstable-net alone");
