import type { QuestionHash } from "../../names/question_hash.ts";
import type { Name } from "../../wire/name.ts";
import { AddressSource } from "../address_source.ts";
import { BadLines } from "../bad_lines.ts";
import { readHosts } from "../hosts_file.ts";
import type { LocalFileKind } from "./file_kind.ts";
import type { FileContent } from "./local_files.ts";

/** Hosts files; names of one label are in `domain`. */
export function hostsKind(
  path: string,
  hash: QuestionHash,
  domain: Name | null,
  ttlSeconds: number,
): LocalFileKind<FileContent> {
  return {
    title: "hosts file",
    paths: (path) => [path],
    beside: [],
    endsLines: false,
    *parse([octets]) {
      const source = new AddressSource({ hash, domain, ttlSeconds, title: `hosts file ${path}` });
      const bad = new BadLines();
      yield* readHosts(octets!, source, bad);
      source.finish();
      const { count } = source;
      return {
        content: { source, macs: null },
        summary: `${count} ${count === 1 ? "address" : "addresses"} of names`,
        bad,
      };
    },
  };
}
