// What `deno task compile` refuses before it builds anything. What it builds, `deno task test:built` tries.

import { assertEquals } from "@std/assert";
import { CAN_RUN, ChildProgram, ROOT } from "../end_to_end/child_program.ts";

for (
  const [args, message] of [
    ["--bogus", 'Cannot use "--bogus": no such flag, see the head of scripts/compile.ts'],
    ["--method magic", 'Cannot use --method "magic": must be auto or compile or portable'],
    [
      "--target solaris",
      'Cannot use --target "solaris": must be linux-x64 or linux-arm64 or macos-x64 or macos-arm64 or windows-x64',
    ],
    ["--flavour sweet", 'Cannot use --flavour "sweet": must be plain or native'],
    ["--flavour native --target macos-arm64", "Cannot build --flavour native for macos-arm64: it needs Linux"],
    [
      "--all --target linux-x64",
      "Cannot use --target, --flavour or --output beside --all: it makes every file, in dist/",
    ],
  ] as const
) {
  Deno.test({
    name: `scripts/compile.ts rejects "${args}" (needs --allow-run)`,
    ignore: !CAN_RUN,
    async fn() {
      const command = [Deno.execPath(), "run", "--no-prompt", "--allow-read", "--config", `${ROOT}/deno.json`];
      await using child = new ChildProgram([...command, `${ROOT}/scripts/compile.ts`, ...args.split(" ")]);
      assertEquals(await child.end(), { exitCode: 2, stdout: "", lines: [`compile: ${message}`] });
    },
  });
}
