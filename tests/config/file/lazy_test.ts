// Who serves without a file, and workers, have neither TOML nor the schema in memory.

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);
const ignore = Deno.permissions.querySync({ name: "read", path: ROOT }).state !== "granted";

Deno.test({
  name: "the packages that read files are imported where there is one, and not at the start (needs --allow-read)",
  ignore,
  fn() {
    const atStart = new Set<string>();
    const packages = new Set<string>();
    const queue = ["main.ts"];
    // Grows while it is walked.
    for (const path of queue) {
      if (atStart.has(path)) continue;
      atStart.add(path);
      const code = Deno.readTextFileSync(new URL(path, ROOT)).replaceAll(/import type [^;]*;/g, "");
      for (const [, target] of code.matchAll(/\bfrom "([^"]+)"/g)) {
        if (target!.startsWith(".")) queue.push(new URL(target!, new URL(path, "file:///")).pathname.slice(1));
        else packages.add(target!);
      }
    }
    assert(atStart.has("lib/program/serve_as_worker.ts"));
    assert(!atStart.has("lib/config/file/load_file.ts"));
    const others = [...packages].filter((name) => !name.startsWith("node:") && !name.startsWith("@std/"));
    assertEquals(others, []);
  },
});
