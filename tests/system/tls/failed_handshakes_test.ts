import { assert } from "@std/assert";
import { testTls } from "./tls_rig.ts";

/** A socket of Node's that nobody lets go of keeps 8,000 in the heap, and five times as much beside it. */
const OCTETS_KEPT_MAX = 1500;

testTls("listenTls() and connectTls() keep nothing of handshakes that fail, whichever way they do", async () => {
  if (Deno.permissions.querySync({ name: "run" }).state !== "granted") return;
  const script = new URL("failing_handshakes.ts", import.meta.url).pathname;
  const args = ["run", "--no-prompt", "--allow-net", "--v8-flags=--expose-gc", script];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const said = new TextDecoder().decode(stdout);
  assert(said !== "", new TextDecoder().decode(stderr));
  const { used, handshakesARound } = JSON.parse(said) as { used: number[]; handshakesARound: number };
  // The first round loads what the others use.
  const kept = (used.at(-1)! - used[0]!) / ((used.length - 1) * handshakesARound);
  assert(kept < OCTETS_KEPT_MAX, `${Math.round(kept)} octets are kept of each: ${used.join(", ")}`);
});
