import type { SocketAddress } from "../../lib/base/net/address.ts";
import type {
  PeerCertificate,
  TlsClientOptions,
  TlsIdentity,
  TlsListenSocket,
  TlsServerOptions,
  TlsSocket,
} from "../../lib/base/sockets/tls.ts";
import { AcceptQueue } from "./accept_queue.ts";
import { tcp } from "./fake_socket.ts";
import { FakeStream } from "./fake_stream.ts";

/** A certificate for `dns.example.org` and 203.0.113.53, good from 2020 to 2040. */
export function peerCertificate(fields: Partial<PeerCertificate> = {}): PeerCertificate {
  return {
    subject: "dns.example.org",
    issuer: "Authority of tests",
    names: ["dns.example.org"],
    addresses: ["203.0.113.53"],
    validFromS: 1_577_836_800,
    validToS: 2_208_988_800,
    spkiSha256: btoa("the key of dns.example.org......"),
    tbsSha256: btoa("what is signed of it............"),
    ...fields,
  };
}

/** What the other end of a fake TLS connection shows. */
export interface FakeTlsPeer {
  readonly alpn: string | null;
  readonly peerCertificates: readonly PeerCertificate[];
  readonly chainError: string | null;
  readonly serverName: string | null;
  readonly isResumed: boolean;
}

/** A server that is what it should be, and speaks what is asked for first. */
export function trustedPeer({ alpn }: Pick<TlsClientOptions, "alpn">): FakeTlsPeer {
  return {
    alpn: alpn[0] ?? null,
    peerCertificates: [peerCertificate()],
    chainError: null,
    serverName: null,
    isResumed: false,
  };
}

/** A client that shows nothing, and asks for no name. */
const ANONYMOUS: FakeTlsPeer = {
  alpn: null,
  peerCertificates: [],
  chainError: null,
  serverName: null,
  isResumed: false,
};

/** One end of a TLS connection without a network, its handshake done: the test plays the other end. */
export class FakeTlsStream extends FakeStream implements TlsSocket {
  readonly alpn: string | null;
  readonly peerCertificates: readonly PeerCertificate[];
  readonly chainError: string | null;
  readonly serverName: string | null;
  readonly isResumed: boolean;

  constructor(peer?: SocketAddress, shown: Partial<FakeTlsPeer> = {}) {
    super(peer);
    const { alpn, peerCertificates, chainError, serverName, isResumed } = { ...ANONYMOUS, ...shown };
    this.alpn = alpn;
    this.peerCertificates = peerCertificates;
    this.chainError = chainError;
    this.serverName = serverName;
    this.isResumed = isResumed;
  }
}

/** A listening TLS socket without a network: the test plays those who connect. */
export class FakeTlsListener implements TlsListenSocket {
  readonly address: SocketAddress;
  readonly options: TlsServerOptions;
  /** What new clients are shown. */
  identities: readonly TlsIdentity[];
  /** Whose certificates they must show. */
  clientCa: string | null;
  isClosed = false;
  readonly #queue = new AcceptQueue<FakeTlsStream>();

  constructor(options: TlsServerOptions, address: SocketAddress = tcp("127.0.0.1", 8853)) {
    this.address = address;
    this.options = options;
    this.identities = options.identities;
    this.clientCa = options.clientCa;
  }

  /** Whether an `accept` waits. */
  get isAccepting(): boolean {
    return this.#queue.isAccepting;
  }

  /** Lets a connection come in whose handshake is done. */
  connect(stream: FakeTlsStream = new FakeTlsStream()): FakeTlsStream {
    this.#queue.offer(stream);
    return stream;
  }

  /** Lets one `accept` fail. */
  failAccept(error: Error): void {
    this.#queue.offer(error);
  }

  accept(): Promise<TlsSocket> {
    return this.#queue.accept();
  }

  replace(identities: readonly TlsIdentity[], clientCa: string | null): void {
    this.identities = identities;
    this.clientCa = clientCa;
  }

  close(): void {
    this.#queue.close();
    this.isClosed = true;
  }
}
