import { parseCidr, unmappedIp } from "../../base/net/cidr.ts";
import { parseIp } from "../../base/net/ip.ts";
import type { ByteStream } from "../../base/net/byte_stream.ts";
import { proxiedClient, PROXY_START_OCTETS, proxyHeaderRest } from "../../base/net/proxy_header.ts";
import { NetworkTable } from "../../base/net/network_table.ts";
import { splitZone } from "../../base/net/zone.ts";

/** Which addresses are those of proxies that are believed. */
export class Proxies {
  readonly #networks: NetworkTable<true>;

  /** `networks` as `parseCidr` reads them. */
  constructor(networks: readonly string[]) {
    this.#networks = new NetworkTable(networks.map((text) => [parseCidr(text), true]));
  }

  /** Whether a proxy has this address. */
  has(hostname: string): boolean {
    const octets = parseIp(splitZone(hostname).address);
    return octets !== null && this.#networks.find(unmappedIp(octets)) === true;
  }
}

/** For whom a proxy has made a connection. */
export type ProxiedClient = NonNullable<ReturnType<typeof proxiedClient>>;

/**
 * Reads what a proxy says at the start of a connection, and no octet more: for whom it is, `null` for itself.
 *
 * @throws {ProxyHeaderError} when it says something else.
 * @throws {Error} when the connection ends.
 */
export async function hearProxy(connection: Pick<ByteStream, "read">): Promise<ProxiedClient | null> {
  const start = await readExactly(connection, PROXY_START_OCTETS);
  return proxiedClient(start, await readExactly(connection, proxyHeaderRest(start)));
}

async function readExactly(connection: Pick<ByteStream, "read">, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const octets = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(octets.subarray(at));
    if (count === null) throw new Error("Nothing more comes");
    at += count;
  }
  return octets;
}
