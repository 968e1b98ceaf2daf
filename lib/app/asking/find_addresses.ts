import { formatIp } from "../../base/net/ip.ts";
import { OURSELVES } from "../../resolver/client.ts";
import { Query } from "../../resolver/query.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import { RCODE, rcodeToText, TYPE } from "../../wire/iana.ts";
import { decode } from "../../wire/message.ts";
import { nameFromText } from "../../wire/name.ts";
import type { BuiltPipeline } from "../build_pipeline.ts";
import type { Resources } from "../resources.ts";
import { ownQuestion } from "./own_question.ts";

/**
 * The addresses of a server that this program itself wants something of, IPv6 and IPv4: local names, or what memory and upstreams
 * say, as for clients, and never by the machine's own resolver, which may be this program. Rewrites and routes hold; what keeps
 * clients from answers does not: whoever blocks the server of a list still gets the list.
 *
 * @param name In text.
 * @param via The upstream group that is asked for what is not known here, whatever is said of the name; `null` for what is said.
 * @throws {Error} when there are none, with the reason for the operator.
 */
export async function findAddresses(
  name: string,
  via: string | null,
  built: BuiltPipeline,
  { clock }: Pick<Resources, "clock">,
): Promise<string[]> {
  const { pipeline, destinations, own } = built;
  const destination = via === null ? destinations.default : destinations.named(via);
  if (destination === null || own === null) throw new Error("there is no upstream to be asked");
  const { view } = destination;
  const deadlineMs = clock.nowMs() + pipeline.timeoutMs;
  const qname = nameFromText(name);
  pipeline.enter();
  try {
    const asked = await Promise.allSettled([TYPE.AAAA, TYPE.A].map(async (type) => {
      const query = new Query({ wire: ownQuestion(qname, type), client: OURSELVES, deadlineMs, view });
      // Nothing that is blocked is blocked for us.
      query.isAllowed = true;
      return await addressesFor(query, type, via === null ? own.decided : own.ofView);
    }));
    const addresses = asked.flatMap((each) => each.status === "fulfilled" ? each.value : []);
    if (addresses.length > 0) return addresses;
    // One family is enough for both to know that the name exists.
    for (const each of asked) if (each.status === "rejected") throw each.reason;
    throw new Error("it has none");
  } finally {
    pipeline.leave();
  }
}

async function addressesFor(query: Query, type: number, resolver: Resolver): Promise<string[]> {
  const { rcode, reason, octets } = await resolver.resolve(query);
  if (rcode === RCODE.NXDOMAIN) throw new Error("there is no such name");
  if (rcode !== RCODE.NOERROR) throw new Error(reason === "" ? rcodeToText(rcode) : reason);
  return decode(octets).answers.filter((record) => record.type === type).map(({ rdata }) => formatIp(rdata));
}
