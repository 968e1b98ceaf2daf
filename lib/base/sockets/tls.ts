import type { StreamListenSocket, StreamSocket } from "./stream_socket.ts";

/** What of a certificate decides whether it is believed. Made from DER by the system, from nothing by the simulation. */
export interface PeerCertificate {
  /** Whom it is for, in words: its common name, or the first of its names. */
  readonly subject: string;
  /** Who has signed it, in words. */
  readonly issuer: string;
  /** The names that it is for (dNSName of its SAN), in lower case; `*.example.org` as it is. */
  readonly names: readonly string[];
  /** The addresses that it is for (iPAddress of its SAN), canonical text. */
  readonly addresses: readonly string[];
  /** From when on it holds, in seconds since 1970. */
  readonly validFromS: number;
  /** Until when it holds, in seconds since 1970. */
  readonly validToS: number;
  /** SHA-256 of its public key (SubjectPublicKeyInfo, RFC 7858 Appendix A), Base64. */
  readonly spkiSha256: string;
  /** SHA-256 of what is signed of it (TBSCertificate), Base64: what DNS stamps pin. */
  readonly tbsSha256: string;
}

/** A certificate, with those that lead to its authority behind it, and its key; both PEM. */
export interface TlsIdentity {
  /** The certificate first, then those that lead from it to its authority. */
  readonly certificate: string;
  /** Not encrypted. */
  readonly key: string;
}

/** How a server is talked to. Whom to believe is not decided here. */
export interface TlsClientOptions {
  /** The name that is asked for (SNI, RFC 6066 §3); `null` for none, as for an address. */
  readonly serverName: string | null;
  /** What is offered to be spoken (ALPN, RFC 7301), best first; such as `dot`, or `h2` and `http/1.1`. */
  readonly alpn: readonly string[];
  /** The only authorities that are believed, PEM; `null` for those that come with the program. */
  readonly ca: string | null;
  /** Who we are, where servers want to know. */
  readonly identity: TlsIdentity | null;
}

/** A connection whose handshake is done. */
export interface TlsSocket extends StreamSocket {
  /** What is spoken; `null` when the other side has chosen nothing. */
  readonly alpn: string | null;
  /**
   * What the other side has shown, its own first; empty when it has shown nothing. Each of the others has signed the one before:
   * whatever else was shown is left out, for anybody could show it.
   */
  readonly peerCertificates: readonly PeerCertificate[];
  /**
   * Why they lead to no authority that is believed, in words; `null` when they do, and when nothing was wanted. Dates and
   * names are left out: they are in `peerCertificates`, for whoever knows the time and whom was meant.
   */
  readonly chainError: string | null;
  /** On a server: the name that the client has asked for. */
  readonly serverName: string | null;
  /** Whether it was agreed on in an earlier handshake (RFC 8446 §2.2), so that this one was short. */
  readonly isResumed: boolean;
}

/** How clients are talked to. */
export interface TlsServerOptions {
  /** At least one. Clients get that whose names cover the name they ask for; the first one if none does, or they ask for none. */
  readonly identities: readonly TlsIdentity[];
  /** What may be spoken, best first. Who offers none of it is turned away, who offers nothing at all is not. */
  readonly alpn: readonly string[];
  /** Clients must show a certificate of one of these authorities, PEM; `null`: they need not show any. */
  readonly clientCa: string | null;
  /** See `ProxyOptions`; `null`: no proxy stands in front. */
  readonly proxyNetworks: readonly string[] | null;
  /** How long a handshake may take, with what a proxy says before it. */
  readonly handshakeMs: number;
}

/** A TCP socket that takes connections and makes TLS of them. */
export interface TlsListenSocket extends StreamListenSocket {
  /** Waits for the next connection whose handshake is done. Those that fail are not told. See also `StreamListenSocket`. */
  accept(): Promise<TlsSocket>;
  /**
   * Shows these certificates to those who come from now on, and asks for theirs as `TlsServerOptions.clientCa` says; nobody else is
   * touched, and nobody turned away meanwhile.
   *
   * @throws {TlsError} when one cannot be used; then nothing is changed.
   */
  replace(identities: readonly TlsIdentity[], clientCa: string | null): void;
}

/** What TLS fails at: an alert of the other side, something that is not TLS, a certificate that does not go with its key. */
export class TlsError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "TlsError";
}
