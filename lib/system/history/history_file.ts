import { DatabaseSync, type StatementSync } from "node:sqlite";
import { rcodeFromText, typeFromText } from "../../wire/iana.ts";
import { readLine } from "../../telemetry/log_search/logged_query.ts";
import { HOUR_MS, MINUTE_MS, ROW_FLAG, SOURCES, TABLES, TOP_KIND } from "./day_tables.ts";

/** Texts whose numbers are kept, so that they need not be looked up; those of a busy day. */
const TEXTS_KEPT_MAX = 50_000;

/** A file of the history, open. What fails throws what SQLite says. */
export class HistoryFile {
  /** To be asked. */
  readonly database: DatabaseSync;
  readonly #texts = new Map<string, number>();
  readonly #find: StatementSync;
  readonly #addText: StatementSync;
  readonly #addRow: StatementSync;
  readonly #addMinute: StatementSync;
  readonly #addHour: StatementSync;

  /** Opens the file at `path`, and makes its tables if there are none. */
  constructor(path: string) {
    this.database = new DatabaseSync(path);
    try {
      // Appended to, and put in its place at times: a crash of the machine costs the last minutes, and no more.
      this.database.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; ${TABLES}`,
      );
      const prepare = (sql: string) => this.database.prepare(sql);
      this.#find = prepare("SELECT id FROM texts WHERE text = ?");
      this.#addText = prepare("INSERT INTO texts (text) VALUES (?)");
      this.#addRow = prepare(
        `INSERT INTO queries (at, took, client, client_group, name, type, source, rcode, upstream, reason, channel, size,
         flags, worker) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      );
      this.#addMinute = prepare(
        `INSERT INTO minutes VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET count = count + excluded.count`,
      );
      this.#addHour = prepare(
        `INSERT INTO hours VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET count = count + excluded.count`,
      );
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  /** Writes lines down, all or none of them. */
  add(lines: readonly string[]): void {
    this.database.exec("BEGIN");
    try {
      const sums = new Sums();
      for (const line of lines) this.#add(line, sums);
      for (const [minute, source, count] of sums.minutes()) this.#addMinute.run(minute, source, count);
      for (const [hour, kind, text, count] of sums.hours()) this.#addHour.run(hour, kind, text, count);
      this.database.exec("COMMIT");
    } catch (error) {
      // Numbers of texts that are not there after all.
      this.#texts.clear();
      if (this.database.isTransaction) this.database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Lets go of the file, and leaves nothing beside it. */
  close(): void {
    this.database.close();
  }

  #add(line: string, sums: Sums): void {
    const query = readLine(line);
    if (query === null) return;
    const atMs = Date.parse(query.time);
    const source = SOURCES.indexOf(query.source);
    if (source === -1 || Number.isNaN(atMs)) return;
    const [name, client, upstream] = [query.name, query.client, query.upstream].map((text) => this.#idOf(text ?? ""));
    const flags = (query.isTruncated ? ROW_FLAG.isTruncated : 0) | (query.wantsDnssec ? ROW_FLAG.wantsDnssec : 0);
    this.#addRow.run(
      atMs,
      Math.round(query.tookMs * 1000),
      client!,
      this.#idOf(query.group ?? ""),
      name!,
      typeFromText(query.type) ?? 0,
      source,
      rcodeFromText(query.rcode) ?? 0,
      upstream!,
      this.#idOf(query.reason ?? ""),
      this.#idOf(query.channel),
      query.sizeOctets,
      flags,
      query.worker ?? 0,
    );
    sums.addMinute(Math.floor(atMs / MINUTE_MS), source);
    const hour = Math.floor(atMs / HOUR_MS);
    if (query.name !== undefined) sums.addHour(hour, TOP_KIND.name, name!);
    if (query.name !== undefined && query.source === "blocked") sums.addHour(hour, TOP_KIND.blocked, name!);
    if (query.client !== undefined) sums.addHour(hour, TOP_KIND.client, client!);
    if (query.upstream !== undefined) sums.addHour(hour, TOP_KIND.upstream, upstream!);
  }

  #idOf(text: string): number {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const found = this.#find.get(text) as { id: number } | undefined;
    const id = found?.id ?? Number(this.#addText.run(text).lastInsertRowid);
    if (this.#texts.size >= TEXTS_KEPT_MAX) this.#texts.clear();
    this.#texts.set(text, id);
    return id;
  }
}

/** What the rows of one write come to: fewer changes of the tables of sums. */
class Sums {
  readonly #minutes = new Map<number, number>();
  readonly #hours = new Map<string, number>();

  addMinute(minute: number, source: number): void {
    const key = minute * SOURCES.length + source;
    this.#minutes.set(key, (this.#minutes.get(key) ?? 0) + 1);
  }

  addHour(hour: number, kind: number, text: number): void {
    const key = `${hour} ${kind} ${text}`;
    this.#hours.set(key, (this.#hours.get(key) ?? 0) + 1);
  }

  *minutes(): Generator<[number, number, number]> {
    for (const [key, count] of this.#minutes) {
      yield [Math.floor(key / SOURCES.length), key % SOURCES.length, count];
    }
  }

  *hours(): Generator<[number, number, number, number]> {
    for (const [key, count] of this.#hours) {
      const [hour, kind, text] = key.split(" ").map(Number);
      yield [hour!, kind!, text!, count];
    }
  }
}
