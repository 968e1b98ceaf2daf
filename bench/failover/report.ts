import type { Contestant } from "../common/contestants.ts";
import { table } from "../common/table.ts";
import type { Finding, Situation } from "./stage.ts";

/** A situation, and what was seen of each contestant, in their order. */
export interface Row {
  readonly situation: Situation;
  readonly findings: readonly Finding[];
}

/** One row for each situation, one column for each contestant. */
export function resultTable(contestants: readonly Contestant[], rows: readonly Row[]): string {
  const head = ["Situation", ...contestants.map(({ forwarder }) => forwarder.name)];
  return table([
    head,
    ...rows.map(({ situation, findings }) => [situation.title, ...findings.map(({ text }) => text)]),
  ]);
}

/** Whether each of our modes meets each goal, and is no worse than the best of the others. */
export function goalLines(contestants: readonly Contestant[], rows: readonly Row[]): string[] {
  const isOurs = contestants.map(({ forwarder }) => forwarder.name.startsWith("ours"));
  return rows.flatMap(({ situation: { title, goal }, findings }) => {
    const fewestLost = Math.min(
      ...findings.filter((_, i) => !isOurs[i]).map(({ numbers }) => numbers.lost ?? Infinity),
    );
    return findings.flatMap(({ text, numbers }, i) => {
      if (!isOurs[i]) return [];
      const met = goal.isMet(numbers) ? "met    " : "NOT MET";
      const worse = (numbers.lost ?? 0) > fewestLost ? `; BEHIND the best, who loses ${fewestLost}` : "";
      return [`${met} ${contestants[i]!.forwarder.name}, ${title}: ${goal.text}; ${text}${worse}`];
    });
  });
}

/** All numbers. */
export function resultJson(contestants: readonly Contestant[], rows: readonly Row[]): string {
  const situations = rows.map(({ situation: { name, title }, findings }) => ({
    name,
    title,
    findings: Object.fromEntries(findings.map((finding, i) => [contestants[i]!.forwarder.name, finding])),
  }));
  const versions = Object.fromEntries(contestants.map(({ forwarder, version }) => [forwarder.name, version]));
  return `${JSON.stringify({ versions, situations }, null, 2)}\n`;
}
