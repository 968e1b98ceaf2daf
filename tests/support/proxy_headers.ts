import { parseIp } from "../../lib/base/net/ip.ts";

/** What a proxy says of a client (PROXY protocol, version 2); `null` is a client that it does not know. */
export function proxyHeader(
  hostname: string | null,
  port: number,
  { command = 0x21, more = 0 }: { command?: number; more?: number } = {},
): Uint8Array<ArrayBuffer> {
  const address = hostname === null ? new Uint8Array(0) : parseIp(hostname)!;
  const family = address.length === 4 ? 0x11 : address.length === 16 ? 0x21 : 0;
  const ports = hostname === null ? [] : [port >> 8, port & 0xff, 0, 53];
  const rest = [...address, ...address, ...ports, ...new Array<number>(more).fill(0)];
  const start = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
  return Uint8Array.from([...start, command, family, rest.length >> 8, rest.length & 0xff, ...rest]);
}
