import { formatSocketAddress } from "../../../base/net/address.ts";
import { transportsOf } from "../../../server/listen/listen.ts";
import type { DomainPattern } from "../../domain_pattern.ts";
import { lineOf, type Mark, markAt } from "../mark.ts";
import { type Problem, problemAt } from "../problem.ts";
import type { Checked } from "./checked.ts";

/** What holds for a client, a name or both must be said once: the order of a file means nothing. */
export function checkTwice(checked: Checked, problems: Problem[]): void {
  const { tables, marks } = checked;
  const at = (...keys: (string | number)[]) => markAt(marks, keys).mark;
  for (const key of ["addresses", "macs", "names", "ids"] as const) {
    const seen = new Seen(problems);
    for (const [group, values] of Object.entries(tables.clients ?? {})) {
      for (const [i, value] of (values[key] ?? []).entries()) {
        seen.check(value, at("clients", group, key, i), (place) => `stands in another place, too: ${place}`);
      }
    }
  }
  const listeners = new Seen(problems);
  for (const [i, { listen: { protocol, address } }] of (tables.server?.listen ?? []).entries()) {
    if (address.port === 0) continue;
    const bound = transportsOf(protocol).map((transport) => `${transport} ${formatSocketAddress(address)}`);
    listeners.checkAll(bound, at("server", "listen", i), (place) => `is given twice: ${place}`);
  }
  checkConditions("route", checked, problems);
  checkConditions("rewrite", checked, problems);
  checkLocalNames(checked, problems);
}

/** Which of two routes counts must be clear for each name, type and client that both are for. */
function checkConditions(key: "route" | "rewrite", { tables, marks }: Checked, problems: Problem[]): void {
  const seen = new Seen(problems);
  for (const [i, one] of (tables[key] ?? []).entries()) {
    const types: readonly (number | string)[] = "types" in one ? one.types ?? ["all"] : ["all"];
    const everything: readonly DomainPattern[] = [{ name: ".", isExact: false }];
    const list = "list" in one ? one.list : undefined;
    if (list !== undefined) {
      const all = conditionsOf(types, one.clients).map((condition) => `list ${list}${condition}`);
      seen.checkAll(
        all,
        markAt(marks, [key, i, "list"]).mark,
        (place) => `has a route for the same in another place, too: ${place}`,
      );
    }
    for (const [j, { name, isExact }] of (one.domains ?? (list === undefined ? everything : [])).entries()) {
      const mark = markAt(marks, [key, i, "domains", j]).mark;
      const all = conditionsOf(types, one.clients).map((condition) => `${isExact ? "=" : ""}${name}${condition}`);
      const word = key === "route" ? "has a route" : "is rewritten";
      seen.checkAll(all, mark, (place) => `${word} for the same in another place, too: ${place}`);
    }
  }
}

function conditionsOf(types: readonly (number | string)[], clients: readonly string[] = ["everybody"]): string[] {
  return types.flatMap((type) => clients.map((client) => ` ${type} ${client}`));
}

/** Names are the same whatever their letter case, and with or without the dot at their end. */
function checkLocalNames({ tables, marks }: Checked, problems: Problem[]): void {
  const clients = Object.keys(tables.clients ?? {}).map((group) => ["clients", group, "local"]);
  for (const keys of [["local", "addresses"], ...clients]) {
    const seen = new Seen(problems);
    const { mark, isWhole } = markAt(marks, keys);
    if (!isWhole || !(mark.children instanceof Map)) continue;
    for (const [name, child] of mark.children) {
      seen.check(name.toLowerCase().replace(/\.$/, ""), child, (place) => `is the same name as in ${place}`);
    }
  }
}

/** What has been there already, and where. */
class Seen {
  readonly #problems: Problem[];
  readonly #marks = new Map<string, Mark>();

  constructor(problems: Problem[]) {
    this.#problems = problems;
  }

  check(value: string, mark: Mark, message: (place: string) => string): void {
    this.checkAll([value], mark, message);
  }

  /** Complains once, however many of them have been there. */
  checkAll(values: readonly string[], mark: Mark, message: (place: string) => string): void {
    const known = values.map((value) => this.#marks.get(value)).find((one) => one !== undefined);
    if (known !== undefined) {
      const { line } = lineOf(known.source, known.value.start);
      this.#problems.push(problemAt(mark, message(`${known.source.file}:${line}`)));
      return;
    }
    for (const value of values) this.#marks.set(value, mark);
  }
}
