import { parseSocketAddress } from "../../base/net/address.ts";
import { readCertificate } from "../../base/certificates/certificate.ts";
import { fromPem } from "../../base/certificates/pem.ts";
import type { Client } from "../../resolver/client.ts";
import type { Designations } from "../../resolver/local/discovery.ts";
import type { TlsIdentity } from "../../base/sockets/tls.ts";
import { designationsFor, isDesignated, type ShownCertificate, type Undesignated } from "./designations.ts";
import { type Listen, listenName } from "./listen.ts";

/** Addresses of which it is kept what is said: more than a machine has that are asked. */
const KEPT_MAX = 64;

/** What clients are told of how else this server can be asked, by what is served at the moment and what is shown there. */
export class Designated {
  #served: readonly Listen[] = [];
  #identities: readonly TlsIdentity[] = [];
  /** Read when it is first asked for. */
  #certificates: readonly ShownCertificate[] | null = null;
  readonly #found = new Map<string | null, Designations | Undesignated>();

  /** From now on this is served, and shown. */
  use(served: readonly Listen[], identities: readonly TlsIdentity[]): void {
    this.#served = served;
    this.#identities = identities;
    this.#certificates = null;
    this.#found.clear();
  }

  /** Listeners whose clients are told of no encrypted one although there are some, each with the reason. */
  get undiscoverable(): string[] {
    if (!this.#served.some(isDesignated)) return [];
    const open = this.#served.filter((listen) => !isDesignated(listen)).map(listenName);
    return open.flatMap((name) => {
      const found = this.at(addressOf(name));
      return "whyNot" in found ? [`${name}: ${found.whyNot}`] : [];
    });
  }

  /** How a client can ask otherwise; `null` where nothing is said of it. */
  forClient({ asked, peer, listener }: Client): Designations | null {
    const found = this.at(asked ?? peer?.asked ?? addressOf(listener));
    return "whyNot" in found ? null : found;
  }

  /** How whoever has asked at the address `asked` can ask otherwise, or why nothing is said of it. */
  at(asked: string | null): Designations | Undesignated {
    if (this.#found.size > KEPT_MAX) this.#found.clear();
    return this.#found.getOrInsertComputed(asked, () => {
      this.#certificates ??= this.#identities.map(({ certificate }) => namesOf(certificate));
      return designationsFor(asked, this.#served, this.#certificates);
    });
  }
}

function namesOf(pem: string): ShownCertificate {
  const [der] = fromPem(pem, "CERTIFICATE");
  // Whoever has opened a listener with it has found it good.
  return der === undefined ? { names: [], addresses: [] } : readCertificate(der);
}

/** The one address of a listener, by its name (`listenName`); `null` for one that is at all of them, or of none. */
function addressOf(listener: string): string | null {
  const text = listener.replace(/^[a-z]+:\/\//, "");
  if (text === "") return null;
  const { hostname } = parseSocketAddress(text, 0, 0);
  return hostname === "0.0.0.0" || hostname === "::" ? null : hostname;
}
