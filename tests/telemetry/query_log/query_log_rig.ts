import { FileError } from "../../../lib/base/files.ts";
import { Log } from "../../../lib/observe/log.ts";
import type { Observation } from "../../../lib/observe/observation.ts";
import { NOTHING_HIDDEN } from "../../../lib/telemetry/privacy/levels.ts";
import { QueryLog, type QueryLogSettings } from "../../../lib/telemetry/query_log/query_log.ts";
import { fullFiles } from "../../../lib/telemetry/query_log/log_names.ts";
import { FakeFiles } from "../../support/fake_files.ts";
import { startFakeGzip } from "../../support/fake_gzip.ts";
import { scriptedSource } from "../../support/fake_random.ts";
import { FakeRecord } from "../../support/fake_record.ts";
import { FakeTime } from "../../support/fake_time.ts";
import { FakeWritableFiles } from "../../support/fake_writable_files.ts";

export const FOLDER = "/log";
export const CURRENT = "/log/queries.jsonl";
const START_SECONDS = Date.UTC(2026, 10, 30, 14) / 1000;

/** A log on a fake disk, in fake time. */
export class QueryLogRig {
  readonly time: FakeTime = new FakeTime();
  readonly files: FakeFiles = new FakeFiles();
  readonly disk: FakeWritableFiles = new FakeWritableFiles(this.files);
  readonly lines: string[] = [];
  readonly log: QueryLog;
  #count = 0;

  constructor(settings: Partial<QueryLogSettings> = {}) {
    this.files.pieceOctets = 65_536;
    const writeLine = (line: string) => void this.lines.push(line.replace("dns-forwarder: ", ""));
    this.log = new QueryLog(
      { folder: FOLDER, octetsMax: 1 << 20, only: [], sample: 1, privacy: NOTHING_HIDDEN, ...settings },
      {
        files: this.files,
        writableFiles: this.disk,
        startGzip: startFakeGzip,
        clock: this.time,
        wallClock: { epochSeconds: () => START_SECONDS + Math.floor(this.time.nowMs() / 1000) },
        timers: this.time,
        random: scriptedSource(),
        log: new Log({ level: "info", writeLine }),
      },
    );
  }

  /** So many queries are seen, each for a name with a number of its own. */
  see(count = 1, parts: Partial<Observation> = {}): void {
    for (let i = 0; i < count; i++) this.log.take(new FakeRecord({ name: `n${this.#count++}.example`, ...parts }));
  }

  async pass(ms: number): Promise<void> {
    await this.time.passAndSettle(ms);
    await this.time.passAndSettle(0);
  }

  /** What is in the file that grows. */
  get text(): string {
    return textOf(this.files, CURRENT);
  }

  /** Numbers of the names in the file that grows. */
  get numbers(): number[] {
    return numbersIn(this.text);
  }

  /** Names of the others. */
  get full(): string[] {
    return fullFiles([...this.files.texts.keys()].map((path) => path.slice(FOLDER.length + 1))).map(({ name }) => name);
  }

  /** The disk does this at each step of that kind from now on. */
  disturb(kind: string, what: () => Promise<void> | void): void {
    this.disk.until = (step) => step.startsWith(kind) ? what() : undefined;
  }

  /** It does so no more. */
  mend(): void {
    this.disk.until = null;
  }
}

export function refuses(message: string): () => void {
  return () => {
    throw new FileError(message);
  };
}

export function textOf(files: FakeFiles, path: string): string {
  return new TextDecoder().decode(files.texts.get(path) as Uint8Array<ArrayBuffer> ?? new Uint8Array());
}

export function numbersIn(text: string): number[] {
  return [...text.matchAll(/"name":"n(\d+)\.example"/g)].map(([, number]) => Number(number));
}
