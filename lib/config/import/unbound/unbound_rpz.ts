import type { Draft } from "../draft.ts";
import { addSource, useList } from "../lists/list_draft.ts";
import { groupName } from "../spellings.ts";
import type { Clause } from "./unbound_clauses.ts";

/** What is done instead of what a zone says, in our words. */
const OVERRIDES: Readonly<Record<string, string>> = { nxdomain: "nxdomain", nodata: "nodata", drop: "refused" };

/** A response policy zone, which is fetched or read. */
export function rpzZone({ lines }: Clause, draft: Draft): void {
  const valueOf = (key: string) => lines.find((line) => line.key === key)?.value;
  const action = valueOf("rpz-action-override")?.toLowerCase();
  const name = groupName(valueOf("name") ?? "rpz", (taken) => draft.tables.has(`lists.${taken}`));
  const answer = OVERRIDES[action ?? ""];
  const settings = { format: "rpz", ...(answer !== undefined && { answer }) };
  const hasUrl = valueOf("url") !== undefined;
  for (const { key, value, text, origin } of lines) {
    const told = (why: string) => draft.none(origin, `rpz: ${text}`, why);
    if (key === "url" || (key === "zonefile" && !hasUrl)) {
      const why = addSource({ name, settings }, value, origin, draft);
      if (why !== null) told(why);
      else if (action === "disabled") told("it is in no client group");
      else useList("default", action === "passthru" ? "allow" : "block", name, origin, draft);
    } else if (key === "zonefile") {
      draft.alreadySo(origin, `rpz: ${text}`, "what is fetched is kept in server.state-dir");
    } else if (key === "primary" || key === "master") told("lists are fetched over HTTP, or read from a file");
    else if (key === "tags") told("lists are named in client groups");
    else if (key !== "name" && key !== "rpz-action-override") told("");
    else if (key === "rpz-action-override" && answer === undefined && action !== "passthru" && action !== "disabled") {
      told("");
    }
  }
}
