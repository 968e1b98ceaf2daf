import type { TlsIdentity } from "../../base/sockets/tls.ts";

/** What encrypted listeners show and ask for. Plain data: it may stand in JSON. There are keys in it: it is told to nobody. */
export interface TlsMaterial {
  /** Certificates with their keys; the first one is shown to those who ask for no name, or for another's. */
  readonly identities: readonly TlsIdentity[];
  /** What the files say that `Listen.clientCa` names, PEM, by their paths. */
  readonly authorities: Readonly<Record<string, string>>;
}

/** What it takes where nothing is encrypted. */
export const NO_TLS: TlsMaterial = { identities: [], authorities: {} };
