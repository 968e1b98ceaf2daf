import { assertEquals, assertMatch } from "@std/assert";
import { runProgram } from "../../lib/program/run_program.ts";
// It is loaded when it is asked for, which takes its time.
import "../../lib/program/probe/run_probe.ts";
import { udp } from "../support/fake_socket.ts";
import { FakeSystem } from "../support/fake_system.ts";
import { SceneUpstream } from "../support/scene_upstream.ts";
import { ScriptedUpstream } from "../support/scripted_upstream.ts";
import { OPTIONS, ZONE } from "../probe/probe_rig.ts";

const NAMES = ["--name", OPTIONS.names.known.join(","), "--missing-in", "test", "--signed", "signed.example"];

async function run(...args: readonly string[]) {
  const fake = new FakeSystem(["probe", ...args]);
  const { world } = fake;
  const shown: (string | null)[] = [];
  const host = world.network.addHost("203.0.113.1");
  new SceneUpstream(world, host, udp("203.0.113.1", 53), new ScriptedUpstream(ZONE, { signs: true }));
  const ended = runProgram(
    Object.assign(fake, { showProgress: (text: string | null) => void shown.push(text) }),
    fake.system,
  );
  let isOver = false;
  ended.finally(() => isOver = true);
  for (let i = 0; i < 100 && !isOver; i++) await world.time.pass(1000);
  return { exitCode: await ended, shown, printed: fake.printed.join(""), lines: fake.lines };
}

Deno.test("probe prints what it finds, shows how far it is, takes that away, and exits with 0", async () => {
  const { exitCode, shown, printed } = await run("203.0.113.1", ...NAMES);
  assertEquals(exitCode, 0);
  assertMatch(printed, /^SERVER .*\n1 203\.0\.113\.1 .* good\n/);
  assertMatch(printed, /dns-forwarder --resolver 203\.0\.113\.1\n/);
  assertMatch(shown[0]!, /^probing \[#*\.+\] \d+ %, 0 of 1 servers done$/);
  assertMatch(shown.findLast((text) => text !== null)!, /^probing \[#+\] 100 %, 1 of 1 servers done$/);
  assertEquals(shown.at(-1), null);
});

Deno.test("probe --json prints all of it for a program", async () => {
  const { exitCode, printed } = await run("203.0.113.1", "203.0.113.9", "--json", "--timeout", "50", ...NAMES);
  const [good, bad] = JSON.parse(printed);
  assertEquals([exitCode, good.server, good.use, good.known.count], [0, "203.0.113.1", "good", 10]);
  assertEquals([bad.server, bad.use, bad.against], ["203.0.113.9", "bad", ["no reply in 50 ms"]]);
});

Deno.test("probe exits with 1 when no server can be used", async () => {
  const { exitCode, printed } = await run("203.0.113.9", "--timeout", "50", ...NAMES);
  assertEquals(exitCode, 1);
  assertMatch(printed, /None of them can be used\.\n$/);
});

Deno.test("probe without servers asks those of the configuration, each once", async () => {
  const { printed } = await run("--resolver", "203.0.113.1,203.0.113.1:53", ...NAMES);
  assertMatch(printed, /^SERVER.*\n1 203\.0\.113\.1 .*\n\nSERVER/);
});

Deno.test("probe says what it needs when there is nobody to be asked", async () => {
  const { exitCode, lines } = await run();
  assertEquals(exitCode, 2);
  assertMatch(lines[0]!, /Cannot probe: there is no upstream in the configuration: name servers, or --public$/);
});
