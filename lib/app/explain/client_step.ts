import type { ExplainedStep, Explanation } from "../../operator/explain/explanation.ts";
import type { Client } from "../../resolver/client.ts";
import { ClientGroups } from "../../resolver/route/client_groups.ts";
import type { Access } from "../../server/admission/access.ts";

/** Who asks, and why they may. */
export function clientStep(client: Client, access: Access): ExplainedStep {
  const network = access.networkOf(client);
  const facts = [{ what: `${client.hostname} over UDP`, detail: `allowed by ${network}` }];
  const group = groupOf(client);
  if (group !== null) facts.push({ what: `group ${group}`, detail: "" });
  return { subject: "client", facts };
}

/** What becomes of who may not ask. */
export function refusedStep(client: Client, access: Access): Pick<Explanation, "steps" | "outcome"> {
  const network = access.networkOf(client);
  const detail = network === null ? "in no network that may ask, see access.allow" : `denied by ${network}`;
  const facts = [{ what: `${client.hostname} over UDP`, detail }];
  const outcome = { rcode: "REFUSED", isAnswer: false, elapsedMs: 0, because: "the client may not ask" };
  return { steps: [{ subject: "client", facts }], outcome };
}

/** The name of its group, known once a query of the client has been decided about; `null` where there are no groups. */
export function groupOf({ groupedBy, group }: Client): string | null {
  return groupedBy instanceof ClientGroups ? groupedBy.nameOf(group) : null;
}
