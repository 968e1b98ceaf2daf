import type { QuestionHash } from "../../names/question_hash.ts";
import { isSameName, type Name } from "../../wire/name.ts";
import { BadLines } from "../bad_lines.ts";
import { keaFiles } from "../leases/kea.ts";
import { LeaseBook } from "../leases/lease_book.ts";
import { detectLeaseFormat, LEASE_READERS, type LeaseFormat } from "../leases/lease_format.ts";
import type { LocalFileKind } from "./file_kind.ts";
import type { FileContent } from "./local_files.ts";

/** What lease files are read by. */
export interface LeaseKindOptions {
  /** Where it is. */
  readonly path: string;
  /** Makes the keys of names. */
  readonly hash: QuestionHash;
  /** Whose file it is; "auto" looks at its text. */
  readonly format: LeaseFormat | "auto";
  /** The domain of its names; `null` for none. */
  readonly domain: Name | null;
  /** The local domain; `null` for none. */
  readonly localDomain: Name | null;
  /** TTL of its records, at most. */
  readonly ttlSeconds: number;
}

/** Files of DHCP servers. */
export function leaseKind(options: LeaseKindOptions): LocalFileKind<FileContent> {
  const { path, hash, format, domain, localDomain, ttlSeconds } = options;
  const isOtherDomain = domain !== null && (localDomain === null || !isSameName(domain, localDomain));
  return {
    title: "lease file",
    paths: (path, isThere) => format === "kea" || format === "auto" ? keaFiles(path, isThere) : [path],
    beside: format === "kea" || format === "auto" ? [".1", ".2", ".completed"] : [],
    endsLines: true,
    *parse(files) {
      const bad = new BadLines();
      const title = `lease file ${path}`;
      const book = new LeaseBook({ hash, domain, isOtherDomain, ttlSeconds, title }, (line) => bad.add(line));
      let found: LeaseFormat | null = null;
      for (const octets of files) {
        // Octets that are no UTF-8 become a character that no name keeps.
        const text = new TextDecoder().decode(octets);
        found = format === "auto" ? detectLeaseFormat(text) : format;
        if (found !== null) yield* LEASE_READERS[found](text, book);
      }
      const { source, macs, count } = yield* book.content();
      const what = found === null ? "" : ` of ${found}`;
      const summary = `${count} ${count === 1 ? "lease" : "leases"}${what}`;
      return { content: { source, macs }, summary, bad };
    },
  };
}
