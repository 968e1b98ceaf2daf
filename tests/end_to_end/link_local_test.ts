// Link-local addresses on two links that have the same ones, as only a kernel shows them: links/on_links.ts, in a network
// namespace of its own.

import { assertEquals } from "@std/assert";
import { CAN_RUN, ROOT } from "./child_program.ts";

const FILES = `${ROOT}/tests/end_to_end/links`;
const DECODER = new TextDecoder();

/** Runs a command on a machine with two links. */
async function onLinks(...command: readonly string[]): Promise<{ isWell: boolean; output: string }> {
  const args = ["-rn", "sh", "-c", `. '${FILES}/machine.sh' && exec "$@"`, "sh", ...command];
  try {
    const { success, stdout, stderr } = await new Deno.Command("unshare", { args, env: { NO_COLOR: "1" } }).output();
    return { isWell: success, output: DECODER.decode(stdout) + DECODER.decode(stderr) };
  } catch (error) {
    // There is no such program.
    return { isWell: false, output: String(error) };
  }
}

const CAN_TRY = CAN_RUN && Deno.build.os === "linux" && (await onLinks("true")).isWell;

Deno.test({
  name:
    "clients and upstreams with link-local addresses (needs --allow-run, and the right to make a network namespace)",
  ignore: !CAN_TRY,
  async fn() {
    const rights = ["--no-prompt", "--allow-net", "--allow-ffi", "--allow-run"];
    const { isWell, output } = await onLinks(Deno.execPath(), "test", ...rights, `${FILES}/on_links.ts`);
    assertEquals(isWell, true, output);
  },
});
