import { DatabaseSync, type StatementSync } from "node:sqlite";
import { rcodeFromText, typeFromText } from "../../wire/iana.ts";
import { readLine } from "../../telemetry/log_search/logged_query.ts";
import { HOUR_MS, MINUTE_MS, ROW_FLAG, SOURCES, TABLES, TOP_KIND } from "./day_tables.ts";
import { Sums } from "./sums.ts";

/** Texts whose numbers are kept, so that they need not be looked up; those of a busy day. */
const TEXTS_KEPT_MAX = 50_000;

/** Sums are written so often: what a crash may cost of them. Rows are there. */
const SUM_MS = 10_000;

/** A file of the history, open. What fails throws what SQLite says. */
export class HistoryFile {
  /** To be asked. */
  readonly database: DatabaseSync;
  readonly #texts = new Map<string, number>();
  /** What the last rows come to. */
  #sums = new Sums();
  #summedAtMs = 0;
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
  add(lines: readonly string[], nowMs: number): void {
    const sums = new Sums();
    this.#together(() => {
      for (const line of lines) this.#add(line, sums);
    });
    this.#sums.take(sums);
    if (Math.abs(nowMs - this.#summedAtMs) < SUM_MS) return;
    this.#summedAtMs = nowMs;
    this.writeSums();
  }

  /** Writes down what rows come to: less often than the rows, for most of a minute's names are asked for again. */
  writeSums(): void {
    this.#together(() => {
      for (const [minute, source, count] of this.#sums.minutes()) this.#addMinute.run(minute, source, count);
      for (const [hour, kind, text, count] of this.#sums.hours()) this.#addHour.run(hour, kind, text, count);
    });
    this.#sums = new Sums();
  }

  /** Lets go of the file, and leaves nothing beside it. */
  close(): void {
    try {
      this.writeSums();
    } finally {
      this.database.close();
    }
  }

  /** All of it, or nothing. */
  #together(write: () => void): void {
    this.database.exec("BEGIN");
    try {
      write();
      this.database.exec("COMMIT");
    } catch (error) {
      // Numbers of texts that are not there after all.
      this.#texts.clear();
      if (this.database.isTransaction) this.database.exec("ROLLBACK");
      throw error;
    }
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
