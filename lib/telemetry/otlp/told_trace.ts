import type { QueryTrace } from "../../observe/query_trace.ts";
import type { TraceStep } from "../../observe/trace.ts";
import type { PrivacySettings } from "../privacy/levels.ts";
import type { Privacy } from "../privacy.ts";

/** What may be told of a trace; `null` for nothing. Steps that have a name in them go with the name. */
export function toldTrace(
  { observation, steps }: QueryTrace,
  privacy: Privacy,
  { names, clients }: Pick<PrivacySettings, "names" | "clients">,
): QueryTrace | null {
  const told = privacy.tell(observation);
  if (told === null) return null;
  const isHidden = ({ kind }: TraceStep) => {
    return (kind === "instead" && names !== "full") || (kind === "allowed" && (names !== "full" || clients !== "full"));
  };
  return { observation: told, steps: steps.filter((step) => !isHidden(step)) };
}
