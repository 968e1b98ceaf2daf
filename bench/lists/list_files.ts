import { MadeUpNames } from "./made_up_names.ts";
import type { ListServer } from "./list_servers.ts";

/** All runs of the bench block the same. */
const LISTED = new MadeUpNames(1);
/** What is asked for, and is in no list, lies elsewhere. */
const OTHERS = new MadeUpNames(2);

/** A name that is not in the list yet; its file gets it when it is refreshed. */
export const ADDED_NAME = "added-at-a-refresh.example";

/** A name of the list. */
export function listedName(number: number): string {
  return LISTED.name(number);
}

/** A name that is in no list. */
export function otherName(number: number): string {
  return OTHERS.name(number);
}

/** Writes the list of a server, with `count` names, and `added` behind them. Returns its octets. */
export async function writeList(
  path: string,
  { line, head = "" }: Pick<ListServer, "line" | "head">,
  count: number,
  added: readonly string[] = [],
): Promise<number> {
  // Another file in its place: who reads the former one reads on.
  const file = await Deno.open(`${path}.new`, { write: true, create: true, truncate: true });
  const writer = file.writable.getWriter();
  let octets = 0;
  const write = async (chunk: Uint8Array) => {
    octets += chunk.length;
    await writer.write(chunk);
  };
  await write(new TextEncoder().encode(head.replace("SERIAL", String(Math.floor(Date.now() / 1000)))));
  for (const chunk of LISTED.chunks(0, count, line)) await write(chunk);
  await write(new TextEncoder().encode(added.map((name) => `${line(name)}\n`).join("")));
  await writer.close();
  await Deno.rename(`${path}.new`, path);
  return octets;
}
