import { formatIp } from "../../base/net/ip.ts";
import type { Clock } from "../../base/runtime.ts";
import { RCODE, rcodeToText, TYPE } from "../../wire/iana.ts";
import { decode } from "../../wire/message.ts";
import { nameFromText } from "../../wire/name.ts";
import type { Response } from "../../response/response.ts";
import { ownRequest } from "../own_request.ts";
import type { Request } from "../request.ts";
import type { FindAddresses } from "./addresses.ts";

/** Longer than a dial may take is of no use. */
const WAIT_MS = 3000;

/** Who is asked: an upstream group. */
export interface BootstrapServers {
  /** Asks. */
  exchange(request: Request): PromiseLike<Response>;
  /** How many of them may be asked. */
  readonly upstreamCount: number;
}

/**
 * Asks plain servers for the addresses of an encrypted one. They may lie: who answers at the address that they give has to prove
 * who it is. Nobody else is asked, least of all the system's own resolver, which may be this program.
 */
export function bootstrap(name: string, servers: BootstrapServers, clock: Clock): FindAddresses {
  const qname = nameFromText(name);
  return async (family) => {
    const type = family === "ipv6" ? TYPE.AAAA : TYPE.A;
    const { upstreamCount } = servers;
    const deadlineMs = clock.nowMs() + WAIT_MS;
    const response = await servers.exchange(ownRequest({ name: qname, type, deadlineMs, upstreamCount }));
    const { rcode, answers } = decode(response.octets);
    if (rcode === RCODE.NXDOMAIN) throw new Error(`There is no ${name}`);
    if (rcode !== RCODE.NOERROR) throw new Error(`Nobody says where ${name} is: ${rcodeToText(rcode)}`);
    const found = answers.filter((record) => record.type === type);
    return {
      addresses: found.map(({ rdata }) => formatIp(rdata)),
      // An alias may change before the address that it leads to does.
      ttlSeconds: Math.min(...answers.map(({ ttl }) => ttl), Infinity),
    };
  };
}
