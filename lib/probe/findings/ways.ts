import { TYPE } from "../../wire/iana.ts";
import { type PlainEndpoint, serverText } from "../../upstream/endpoint.ts";
import { candidatesOf } from "../../upstream/discovery/candidates.ts";
import { DISCOVERY_NAME, readDesignations } from "../../upstream/discovery/designations.ts";
import type { Line } from "../line/line.ts";
import { asked } from "../line/question.ts";

/** How else a plain server says that it can be asked (RFC 9462), each way once. */
export async function findWays(line: Line, endpoint: PlainEndpoint): Promise<string[]> {
  const heard = await line.ask(asked(".", { name: DISCOVERY_NAME, type: TYPE.SVCB }));
  if (heard.kind !== "reply") return [];
  const named = candidatesOf(endpoint, readDesignations(heard.message)).filter(({ name, protocol }) => {
    return name !== null || protocol === "quic";
  });
  return [...new Set(named.map(serverText))];
}
