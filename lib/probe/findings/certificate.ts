import type { TlsSocket } from "../../base/sockets/tls.ts";
import type { SecureEndpoint } from "../../upstream/endpoint.ts";
import { serverText } from "../../upstream/endpoint.ts";
import { DOH_ALPN } from "../../upstream/http/https_transport.ts";
import { UntrustedError } from "../../upstream/refusal.ts";
import { Addresses } from "../../upstream/secure/addresses.ts";
import { authenticate } from "../../upstream/secure/authenticate.ts";
import { bootstrap, type BootstrapServers } from "../../upstream/secure/bootstrap.ts";
import { SecureDial, type Way } from "../../upstream/secure/secure_dial.ts";
import { DOT_ALPN } from "../../upstream/secure/tls_transport.ts";
import { type LineOptions, reasonOf } from "../line/line.ts";
import { type CertificateReport, type Finding, finding, NEEDLESS } from "../report.ts";

const DAY_S = 86_400;
/** Whoever renews by hand has to hurry now. */
const ENDS_SOON_DAYS = 7;

/** What a handshake has shown. */
interface Handshake extends Pick<CertificateReport, "names" | "issuer" | "daysLeft" | "refusal" | "isResumed"> {
  readonly tookMs: number;
}

/** Looks at what a server shows over TLS. */
export class CertificateProbe {
  readonly #options: LineOptions;
  readonly #dial: SecureDial<TlsSocket>;
  readonly #endpoint: SecureEndpoint;
  #shown: Omit<Handshake, "tookMs"> | null = null;
  #first: Handshake | null = null;
  #later: Handshake | null = null;
  #failure: string | null = null;

  /** Of a server; `servers` are asked where it is. */
  constructor(endpoint: SecureEndpoint, servers: BootstrapServers | null, options: LineOptions) {
    const { runtime } = options;
    const { name } = endpoint;
    this.#options = options;
    this.#endpoint = endpoint;
    const find = name === null || servers === null ? null : bootstrap(name, servers, runtime.clock);
    const addresses = new Addresses({ ...runtime, given: endpoint.addresses, find });
    this.#dial = new SecureDial({ endpoint, name: serverText(endpoint), addresses, way: this.#way, runtime });
  }

  /** Shakes hands once, and sends nothing. Never rejects. */
  async shakeHands(): Promise<void> {
    const { runtime: { clock, timers }, timeoutMs } = this.#options;
    const given = new AbortController();
    const cancel = timers.start(timeoutMs, () => given.abort(new Error(`no connection in ${timeoutMs} ms`)));
    const startMs = clock.nowMs();
    try {
      const socket = await this.#dial.connect(given.signal);
      socket.close();
      this.#failure = null;
    } catch (error) {
      this.#failure = reasonOf(error);
    } finally {
      cancel();
    }
    const shown = this.#shown;
    this.#shown = null;
    if (shown === null) return;
    const handshake = { ...shown, tookMs: clock.nowMs() - startMs };
    if (this.#first === null) this.#first = handshake;
    else this.#later = handshake;
  }

  /** What it has shown; `null` for nothing. */
  get report(): CertificateReport | null {
    if (this.#first === null) return null;
    const { names, issuer, daysLeft, refusal, tookMs } = this.#first;
    const later = this.#later;
    return {
      names,
      issuer,
      daysLeft,
      refusal,
      handshakeMs: tookMs,
      laterHandshakeMs: later?.tookMs ?? null,
      isResumed: later?.isResumed ?? false,
    };
  }

  /** Whether it can be asked over TLS. */
  get finding(): Finding {
    const { report } = this;
    // Sessions with authorities of one's own are not taken up again by us (Deno 2.9.5), whatever the server does.
    if (report !== null) return judgeCertificate(report, this.#endpoint.ca === null);
    return this.#endpoint.protocol === "quic" ? NEEDLESS : finding("fair", "no", this.#failure);
  }

  /** As `tlsWay`, but what is shown is kept whoever is there. */
  get #way(): Way<TlsSocket> {
    const { runtime: { network, wallClock } } = this.#options;
    const endpoint = this.#endpoint;
    return {
      connect: async (hostname, ca, signal) => {
        const remote = { transport: "tcp", hostname, port: endpoint.port } as const;
        const alpn = endpoint.protocol === "https" ? DOH_ALPN : DOT_ALPN;
        const tls = { serverName: endpoint.name, alpn, ca, identity: null };
        const socket = await network.connectTls(remote, tls, signal);
        const refusal = authenticate(socket, { ...endpoint, address: hostname }, wallClock.epochSeconds());
        const [own] = socket.peerCertificates;
        this.#shown = own === undefined ? null : {
          names: [...own.names, ...own.addresses],
          issuer: own.issuer,
          daysLeft: Math.floor((own.validToS - wallClock.epochSeconds()) / DAY_S),
          refusal: refusal?.text ?? null,
          isResumed: socket.isResumed,
        };
        if (refusal === null) return socket;
        socket.close();
        throw new UntrustedError(serverText(endpoint), refusal);
      },
      discard: (socket) => socket.close(),
    };
  }
}

function judgeCertificate(
  { refusal, daysLeft, isResumed, laterHandshakeMs }: CertificateReport,
  canResume: boolean,
): Finding {
  if (refusal !== null) return finding("bad", "not believed", `over TLS: ${refusal}`);
  const days = `${daysLeft} day${daysLeft === 1 ? "" : "s"}`;
  if (daysLeft < ENDS_SOON_DAYS) return finding("fair", days, `its certificate ends in ${days}`);
  const isSlow = canResume && laterHandshakeMs !== null && !isResumed;
  return finding(
    "good",
    days,
    isSlow ? "TLS sessions are not taken up again: each new connection takes a whole handshake" : null,
  );
}
