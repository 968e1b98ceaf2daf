import { listenText } from "./spellings.ts";
import type { TomlValue } from "./toml_text.ts";

/** A file of another program. */
export interface Source {
  /** Its path, as it was given. */
  readonly file: string;
  /** What stands in it. */
  readonly text: string;
}

/** Where something comes from. */
export interface Origin {
  /** The path as it was given. */
  readonly file: string;
  /** 1 and up. */
  readonly line: number;
}

/** A value, where it comes from, and what there is to say about it. */
export interface Carried<T> {
  /** What it has become here. */
  readonly value: T;
  /** Where it stood. */
  readonly origin: Origin;
  /** What is different here; empty for nothing. */
  readonly note: string;
}

/** A setting of a draft: one value, or the elements of a list. */
export type DraftSetting =
  | { readonly kind: "value"; readonly carried: Carried<TomlValue> }
  | { readonly kind: "list"; readonly elements: readonly Carried<TomlValue>[] };

/** A table of an array of tables: a route, a rewrite. */
export type DraftRow = ReadonlyMap<string, DraftSetting>;

/** What is not carried over. */
export interface LeftOut {
  /** Where it stood. */
  readonly origin: Origin;
  /** What of it there is to say, such as "no counterpart". */
  readonly verdict: string;
  /** What stood there. */
  readonly text: string;
}

/** What keeps others from reading what they should not. */
const SECRET = /(?:pass(?:word|wd|phrase)?|pwhash|secret|token|credential|api[-_]?key)["']?\s*[:=]/i;

/** A name and a password in front of a host. */
const LOGIN = /[^\s:/@]+:[^\s/@]+@/g;

/**
 * A configuration that is being made of another program's: settings by table and key, and what is left out. What is given
 * to it must be valid here.
 */
export class Draft {
  readonly #tables = new Map<string, Map<string, DraftSetting>>();
  readonly #rows = new Map<string, Map<string, DraftSetting>[]>();
  readonly #routes = new Map<string, Map<string, DraftSetting>>();
  readonly #leftOut: LeftOut[] = [];

  /** The tables, by their paths: words with dots between them. */
  get tables(): ReadonlyMap<string, ReadonlyMap<string, DraftSetting>> {
    return this.#tables;
  }

  /** The arrays of tables, by name. */
  get rows(): ReadonlyMap<string, readonly DraftRow[]> {
    return new Map([["route", joined([...this.#routes.values()])], ...this.#rows]);
  }

  /** What is not carried over, in the order of the files. */
  get leftOut(): readonly LeftOut[] {
    return this.#leftOut;
  }

  /** Whether something is said of a setting. */
  has(table: string, key: string): boolean {
    return this.#tables.get(table)?.has(key) ?? false;
  }

  /** Sets one value; the last one counts. */
  set(table: string, key: string, value: TomlValue, origin: Origin, note = ""): void {
    this.#table(table).set(key, { kind: "value", carried: { value, origin, note } });
  }

  /** Adds to a list what it does not have yet. */
  add(table: string, key: string, values: readonly TomlValue[], origin: Origin, note = ""): void {
    addTo(this.#table(table), key, values, origin, note);
  }

  /**
   * Listens there, unless an address that is listened on stands for this one as well.
   *
   * @param scheme What is spoken there, such as `tls://`; empty for plain DNS.
   */
  listen(address: string, port: number, origin: Origin, told: string, note = "", scheme = ""): void {
    const bare = listenText(address, port);
    if (bare === null) return this.none(origin, told, "listening is by address: server.listen");
    const former = this.#table("server").get("listen");
    const elements = former?.kind === "list" ? former.elements : [];
    const any = listenText(address.includes(":") ? "::" : "0.0.0.0", port);
    if (elements.some(({ value }) => value === `${scheme}${any}`)) return;
    const begin = `${scheme}${bare.startsWith("[") ? "[" : ""}`;
    const isCovered = (value: TomlValue) => {
      const text = String(value);
      const isOfKind = text.startsWith(begin) && /^[[0-9]/.test(text.slice(scheme.length));
      return bare === any && isOfKind && text.endsWith(`:${port}`) && text.includes("[") === bare.startsWith("[");
    };
    const kept = elements.filter(({ value }) => !isCovered(value));
    this.#table("server").set("listen", { kind: "list", elements: kept });
    this.add("server", "listen", [`${scheme}${bare}`], origin, note);
  }

  /** Asks these servers for a domain, besides those that are asked for it already; or a group, which is named by a text. */
  route(
    { domains, to }: { domains: readonly string[]; to: string | readonly TomlValue[] },
    origin: Origin,
    note = "",
  ): void {
    for (const domain of domains) {
      const key = domain.toLowerCase();
      const route = this.#routes.get(key) ?? new Map<string, DraftSetting>();
      this.#routes.set(key, route);
      if (route.size === 0) addTo(route, "domains", [domain], origin, "");
      if (typeof to !== "string" && route.get("to")?.kind !== "value") addTo(route, "to", to, origin, note);
      else if (typeof to === "string" && !route.has("to")) {
        route.set("to", { kind: "value", carried: { value: to, origin, note: "" } });
      }
    }
  }

  /** Asks for another name instead. */
  rewrite(domain: string, to: string, origin: Origin, note = ""): void {
    const row = new Map<string, DraftSetting>();
    addTo(row, "domains", [domain], origin, note);
    row.set("to", { kind: "value", carried: { value: to, origin, note: "" } });
    this.#rowsOf("rewrite").push(row);
  }

  /** Says of a line that it has no counterpart here, and perhaps why or what to do instead. */
  none(origin: Origin, text: string, why = ""): void {
    this.#leave(origin, `no counterpart${why === "" ? "" : ` (${why})`}`, text);
  }

  /** Says of a line that what it asks for is so here by itself. */
  alreadySo(origin: Origin, text: string, why = ""): void {
    this.#leave(origin, `so by itself${why === "" ? "" : ` (${why})`}`, text);
  }

  /** Says of a line that it cannot be read. */
  unreadable(origin: Origin, text: string, why: string): void {
    this.#leave(origin, `not understood (${why})`, text);
  }

  #leave(origin: Origin, verdict: string, text: string): void {
    const secret = SECRET.exec(text);
    const shown = secret === null ? text : `${text.slice(0, secret.index + secret[0].length)} …`;
    this.#leftOut.push({ origin, verdict, text: shown.replaceAll(LOGIN, "…@") });
  }

  #table(name: string): Map<string, DraftSetting> {
    return this.#tables.get(name) ?? this.#tables.set(name, new Map()).get(name)!;
  }

  #rowsOf(name: string): Map<string, DraftSetting>[] {
    return this.#rows.get(name) ?? this.#rows.set(name, []).get(name)!;
  }
}

function addTo(
  table: Map<string, DraftSetting>,
  key: string,
  values: readonly TomlValue[],
  origin: Origin,
  note: string,
): void {
  const former = table.get(key);
  const elements = former?.kind === "list" ? [...former.elements] : [];
  for (const value of values) {
    const text = JSON.stringify(value);
    if (elements.every((element) => JSON.stringify(element.value) !== text)) elements.push({ value, origin, note });
  }
  table.set(key, { kind: "list", elements });
}

/** Routes that lead to the same servers are one. */
function joined(routes: readonly DraftRow[]): DraftRow[] {
  const byTarget = Map.groupBy(routes, (route) => JSON.stringify(valuesOf(route.get("to"))));
  return [...byTarget.values()].map((same) => {
    const elements = same.flatMap((route) => elementsOf(route.get("domains")));
    return new Map([...same[0]!, ["domains", { kind: "list", elements }]]);
  });
}

function valuesOf(setting: DraftSetting | undefined): TomlValue {
  return setting?.kind === "value" ? setting.carried.value : elementsOf(setting).map(({ value }) => value);
}

function elementsOf(setting: DraftSetting | undefined): readonly Carried<TomlValue>[] {
  return setting?.kind === "list" ? setting.elements : [];
}
