import { fromPem } from "../../lib/base/certificates/pem.ts";
import { readCertificate } from "../../lib/base/certificates/certificate.ts";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { writeAll } from "../../lib/base/net/byte_stream.ts";
import {
  type PeerCertificate,
  type TlsClientOptions,
  TlsError,
  type TlsIdentity,
  type TlsSocket,
} from "../../lib/base/sockets/tls.ts";
import { chainErrorText } from "../../lib/system/network/tls/chain_error.ts";
import { toPeerCertificate } from "../../lib/system/network/tls/peer_certificates.ts";
import type { HostStream } from "./host_stream.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Who signs what everybody believes in a fake world. */
export const PUBLIC_AUTHORITY = "Public authority of the world";

/** What a client says first. */
export interface ClientHello {
  readonly serverName: string | null;
  readonly alpn: readonly string[];
  readonly certificates: readonly PeerCertificate[];
}

/** What a server says then: who it is, or that it refuses. */
export type ServerHello =
  | { readonly alpn: string | null; readonly certificates: readonly PeerCertificate[] }
  | { readonly alert: string };

/** What a server that is played by a test does in a handshake. */
export type Handshake = ServerHello | "silence" | "reset" | "nonsense";

/** As records of TLS begin; what is no handshake begins otherwise. */
const HANDSHAKE = 0x16;
const HEADER_OCTETS = 3;

/** How one side of a handshake looks on the way. Nothing is hidden in it: what follows it is not, either. */
export function toHandshake(hello: ClientHello | ServerHello): Octets {
  const text = new TextEncoder().encode(JSON.stringify(hello));
  return Uint8Array.from([HANDSHAKE, text.length >> 8, text.length & 0xff, ...text]);
}

/** Reads the other side's part of a handshake, and no octet more. */
export async function readHandshake<T extends ClientHello | ServerHello>(stream: HostStream): Promise<T> {
  const header = await readExactly(stream, HEADER_OCTETS);
  if (header[0] !== HANDSHAKE) throw new TlsError("It does not speak TLS");
  return JSON.parse(new TextDecoder().decode(await readExactly(stream, (header[1]! << 8) | header[2]!)));
}

async function readExactly(stream: HostStream, length: number): Promise<Octets> {
  const octets = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await stream.read(octets.subarray(at));
    if (count === null) throw new TlsError("The connection has ended in the handshake");
    at += count;
  }
  return octets;
}

/**
 * The client's side of a handshake, of one round trip.
 *
 * @param epochSeconds What the clock of whoever checks certificates shows.
 */
export async function shakeAsClient(
  stream: HostStream,
  { serverName, alpn, ca, identity }: TlsClientOptions,
  epochSeconds: number,
): Promise<HostTlsStream> {
  const certificates = identity === null ? [] : certificatesOf(identity);
  await writeAll(stream, toHandshake({ serverName, alpn, certificates }));
  const hello = await readHandshake<ServerHello>(stream);
  if ("alert" in hello) throw new TlsError(`The other side refuses: ${hello.alert}`);
  return new HostTlsStream(stream, {
    alpn: hello.alpn,
    peerCertificates: hello.certificates,
    chainError: chainErrorOf(hello.certificates, ca, epochSeconds),
    serverName: null,
    isResumed: false,
  });
}

/** As the system has it, which stops at dates (see `chainErrorText`): the last certificate names an authority that is believed. */
function chainErrorOf(chain: readonly PeerCertificate[], ca: string | null, epochSeconds: number): string | null {
  const [own] = chain;
  if (own === undefined) return "there is no certificate";
  const believed = ca === null ? [PUBLIC_AUTHORITY] : subjectsIn(ca);
  const isInDate = chain.every(({ validFromS, validToS }) => validFromS <= epochSeconds && epochSeconds <= validToS);
  if (isInDate && believed.includes(chain.at(-1)!.issuer)) return null;
  const read = chain.map((certificate) => ({
    ...certificate,
    isSelfIssued: certificate.subject === certificate.issuer,
    isForServers: true,
  }));
  return chainErrorText("UNABLE_TO_VERIFY_LEAF_SIGNATURE", read, epochSeconds);
}

/** Whose certificates stand in PEM; what is no PEM is a name. */
function subjectsIn(ca: string): readonly string[] {
  const ders = fromPem(ca, "CERTIFICATE");
  return ders.length === 0 ? [ca.trim()] : ders.map((der) => readCertificate(der).subject);
}

/** What an identity shows. */
export function certificatesOf({ certificate }: TlsIdentity): PeerCertificate[] {
  return fromPem(certificate, "CERTIFICATE").map((der) => toPeerCertificate(readCertificate(der)));
}

/**
 * Plays the server's side of a handshake on a connection that has just come. `ready` hears when it is done; the connection is
 * then what it is without TLS.
 *
 * @param shake What is done, by what the client has said.
 */
export function playHandshake(
  stream: HostStream,
  shake: (hello: ClientHello) => Handshake,
  ready: (stream: HostStream, hello: ClientHello) => void,
): void {
  let got: Octets = new Uint8Array(0);
  stream.onEnd = () => {
    if (!stream.isClosed) stream.close();
  };
  stream.onOctets = (octets) => {
    got = Uint8Array.from([...got, ...octets]);
    const length = HEADER_OCTETS + ((got[1]! << 8) | got[2]!);
    if (got.length < HEADER_OCTETS || got.length < length) return;
    const hello: ClientHello = JSON.parse(new TextDecoder().decode(got.subarray(HEADER_OCTETS, length)));
    stream.onOctets = () => {};
    const shown = shake(hello);
    if (shown === "silence") return;
    if (shown === "reset") return stream.reset();
    if (shown === "nonsense") return stream.send(new TextEncoder().encode("220 mail.example.org ready\r\n"));
    stream.send(toHandshake(shown));
    if ("alert" in shown) return stream.close();
    ready(stream, hello);
  };
}

/** One end of a TLS connection between two hosts, its handshake done. */
export class HostTlsStream implements TlsSocket {
  readonly peer: SocketAddress;
  readonly alpn: string | null;
  readonly peerCertificates: readonly PeerCertificate[];
  readonly chainError: string | null;
  readonly serverName: string | null;
  readonly isResumed: boolean;
  /** What it runs over. */
  readonly stream: HostStream;

  constructor(
    stream: HostStream,
    shown: Pick<TlsSocket, "alpn" | "peerCertificates" | "chainError" | "serverName" | "isResumed">,
    peer: SocketAddress = stream.peer,
  ) {
    this.stream = stream;
    this.peer = peer;
    this.alpn = shown.alpn;
    this.peerCertificates = shown.peerCertificates;
    this.chainError = shown.chainError;
    this.serverName = shown.serverName;
    this.isResumed = shown.isResumed;
  }

  read(buffer: Octets): Promise<number | null> {
    return this.stream.read(buffer);
  }

  write(octets: Octets): Promise<number> {
    return this.stream.write(octets);
  }

  close(): void {
    this.stream.close();
  }
}
