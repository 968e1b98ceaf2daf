import type { SocketAddress } from "../../../lib/base/net/address.ts";
import type { StreamListenSocket, StreamSocket } from "../../../lib/base/runtime.ts";
import type { TlsClientOptions, TlsListenSocket, TlsServerOptions } from "../../../lib/base/sockets/tls.ts";
import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { tcp } from "../../support/fake_socket.ts";
import { testCertificates } from "../../support/test_certificates.ts";

const { authority, server } = await testCertificates();

/** A test takes far less. */
const PATIENCE_MS = 60_000;

/** A client that believes the authority of the tests. */
export const CLIENT: TlsClientOptions = {
  serverName: "dns.example.org",
  alpn: ["dot"],
  ca: authority.certificate,
  identity: null,
};

/** A server that shows what it should. */
export const SERVER: TlsServerOptions = {
  identities: [server],
  alpn: ["dot"],
  clientCa: null,
  proxyNetworks: null,
  handshakeMs: 2000,
};

/** A signal that nobody gives. */
export const NO_SIGNAL: AbortSignal = new AbortController().signal;

/** Reads as many octets as there have to be, as text. */
export async function readText(socket: StreamSocket, length: number): Promise<string> {
  const buffer = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await socket.read(buffer.subarray(at));
    if (count === null) throw new Error(`Ended after ${at} octets`);
    at += count;
  }
  return new TextDecoder().decode(buffer);
}

/** Text as octets. */
export function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Listens on the loopback for the time of a test. */
export async function withListener(
  options: Partial<TlsServerOptions>,
  test: (listener: TlsListenSocket, address: SocketAddress) => Promise<void>,
): Promise<void> {
  const listener = DENO_NETWORK.listenTls(tcp("127.0.0.1", 0), { ...SERVER, ...options });
  await closing(listener, () => test(listener, listener.address));
}

/** Closes a listener whatever becomes of a test. Whoever waits for a connection that never comes is told before long. */
export async function closing(listener: StreamListenSocket, test: () => Promise<void>): Promise<void> {
  const impatient = setTimeout(() => listener.close(), PATIENCE_MS);
  try {
    await test();
  } finally {
    clearTimeout(impatient);
    listener.close();
  }
}

/** A test with sockets of Node's: they tell of their end a moment after it. */
export function testTls(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

/** Servers take a moment until they listen, and until they do not. */
export async function retried<T>(connect: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await connect();
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Waits for the end of a socket of Node's. */
export function nodeClosed(socket: { once(event: "close", callback: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => socket.once("close", resolve));
}
