import { isPrivateIpv4, isPrivateIpv6 } from "../../base/net/private_networks.ts";
import { parseIp } from "../../base/net/ip.ts";
import { reverseName } from "../../local/reverse_name.ts";
import { type ClientName, NO_CLIENT_NAME } from "../../operator/client_name.ts";
import { OURSELVES } from "../../resolver/client.ts";
import { Query } from "../../resolver/query.ts";
import { RCODE, TYPE } from "../../wire/iana.ts";
import { decode } from "../../wire/message.ts";
import { nameToText, readName } from "../../wire/name.ts";
import { Reader } from "../../wire/reader.ts";
import type { BuiltPipeline } from "../build_pipeline.ts";
import type { Resources } from "../resources.ts";
import { ownQuestion } from "./own_question.ts";

/** A router that knows the name says so within this; who looks at a list does not wait for longer. */
const WAIT_MS = 1000;

/**
 * What clients are called, for who looks at them: as the configuration, hosts files and leases say, else what is answered here to
 * whoever asks for the name of the address (PTR), which a route may lead to the router. Only private addresses are asked for: what
 * others are called, the Internet would be told that we want to know.
 */
export function nameClients(
  addresses: readonly string[],
  built: BuiltPipeline,
  { clock }: Pick<Resources, "clock">,
): Promise<ClientName[]> {
  const { directory } = built;
  // Where there is no file, no route leads to anybody who might know.
  if (directory === null) return Promise.resolve(addresses.map(() => NO_CLIENT_NAME));
  return Promise.all(addresses.map((address) => {
    return directory.whoIs(address) ?? askedFor(address, built, clock.nowMs() + WAIT_MS);
  }));
}

async function askedFor(address: string, { pipeline, own }: BuiltPipeline, deadlineMs: number): Promise<ClientName> {
  const octets = parseIp(address);
  if (octets === null || own === null) return NO_CLIENT_NAME;
  if (!(octets.length === 4 ? isPrivateIpv4(octets, 0) : isPrivateIpv6(octets, 0))) return NO_CLIENT_NAME;
  pipeline.enter();
  try {
    const wire = ownQuestion(reverseName(octets), TYPE.PTR);
    const query = new Query({ wire, client: OURSELVES, deadlineMs, view: 0 });
    const { rcode, octets: message } = await own.decided.resolve(query);
    const pointer = rcode === RCODE.NOERROR ? decode(message).answers.find(({ type }) => type === TYPE.PTR) : undefined;
    if (pointer === undefined) return NO_CLIENT_NAME;
    const name = nameToText(readName(new Reader(pointer.rdata))).toLowerCase();
    return { name: name.length > 1 ? name.slice(0, -1) : name, from: "PTR" };
  } catch {
    // Nobody can tell.
    return NO_CLIENT_NAME;
  } finally {
    pipeline.leave();
  }
}
