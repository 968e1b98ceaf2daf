import { assertEquals, assertRejects } from "@std/assert";
import type { FullConfig } from "../../../lib/config/config.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import { listenHttp } from "../../../lib/program/telemetry/listen_http.ts";
import type { Part, PartContext } from "../../../lib/program/telemetry/part.ts";
import { Telemetry } from "../../../lib/program/telemetry/telemetry.ts";
import { ListenError } from "../../../lib/server/listen/listen_on.ts";
import { FakeSystem } from "../../support/fake_system.ts";

const FIRST = "127.0.0.1:9153";
const OTHER = "127.0.0.1:9154";

/** A part that listens where the metrics do, in a program where there is nothing else. */
function setUp({ canFollow = true } = {}) {
  const { system, httpServers } = new FakeSystem([]);
  const done: string[] = [];
  const failures: string[] = [];
  const part: Part = {
    name: "numbers",
    settings: ({ metricsListen, metricsAllow }) => metricsListen === null ? null : { metricsListen, metricsAllow },
    address: ({ metricsListen }) => metricsListen,
    load: () =>
      Promise.resolve(({ metricsListen }: FullConfig, context: PartContext) => {
        const handle = () => new Response(metricsListen);
        const options = { identities: null, requestsMax: 1, handle, failed: () => {} };
        const server = listenHttp({ address: metricsListen!, setting: "--metrics" }, options, context.system);
        done.push(`starts at ${metricsListen}`);
        return {
          lines: [],
          ...canFollow && { follow: () => (done.push("follows"), true) },
          stop: () => {
            done.push(`stops at ${metricsListen}`);
            return server.close();
          },
        };
      }),
  };
  const log = { error: (line: string) => failures.push(line) };
  const telemetry = new Telemetry({ system, log } as unknown as PartContext, [part]);
  const heard = () => [...httpServers.servers.keys()];
  const at = (metricsListen: string | null, fields: Partial<FullConfig> = {}): FullConfig => {
    return { ...DEFAULTS, metricsListen, ...fields };
  };
  /** What was done since the last time that this was asked for, once all of it is. */
  const happened = async () => {
    await (await telemetry.prepare(at(null))).abort();
    return done.splice(0);
  };
  return { telemetry, at, heard, happened, httpServers, failures };
}

Deno.test("Telemetry follows a reload that turns a part on, moves it and turns it off", async () => {
  const { telemetry, at, heard, happened } = setUp();
  await telemetry.start(at(null));
  const follow = async (address: string | null) => {
    (await telemetry.prepare(at(address))).commit();
    return [await happened(), heard()];
  };
  assertEquals(await follow(FIRST), [[`starts at ${FIRST}`], [FIRST]]);
  assertEquals(await follow(FIRST), [[], [FIRST]]);
  assertEquals(await follow(OTHER), [[`starts at ${OTHER}`, `stops at ${FIRST}`], [OTHER]]);
  assertEquals(await follow(null), [[`stops at ${OTHER}`], []]);
});

Deno.test("Telemetry refuses what would move a part to an address that cannot be had, and leaves it where it is", async () => {
  const { telemetry, at, heard, happened, httpServers } = setUp();
  await telemetry.start(at(FIRST));
  httpServers.refused.set(OTHER, new Error("no"));
  await assertRejects(() => telemetry.prepare(at(OTHER)), ListenError, "Cannot listen on 127.0.0.1:9154");
  assertEquals([await happened(), heard()], [[`starts at ${FIRST}`], [FIRST]]);
});

Deno.test("Telemetry undoes what was made ready for a configuration that is not followed", async () => {
  const { telemetry, at, heard, happened } = setUp();
  await telemetry.start(at(FIRST));
  const prepared = await telemetry.prepare(at(OTHER));
  assertEquals(heard(), [FIRST, OTHER]);
  prepared.abort();
  assertEquals([await happened(), heard()], [[`starts at ${FIRST}`, `starts at ${OTHER}`, `stops at ${OTHER}`], [
    FIRST,
  ]]);
});

Deno.test("Telemetry lets a part follow other settings at the same address, and starts it anew when it cannot", async () => {
  for (const canFollow of [true, false]) {
    const { telemetry, at, heard, happened, failures } = setUp({ canFollow });
    await telemetry.start(at(FIRST));
    await happened();
    (await telemetry.prepare(at(FIRST, { metricsAllow: [] }))).commit();
    const expected = canFollow ? ["follows"] : [`stops at ${FIRST}`, `starts at ${FIRST}`];
    assertEquals([await happened(), heard(), failures], [expected, [FIRST], []]);
  }
});

Deno.test("Telemetry that has stopped follows nothing any more", async () => {
  const { telemetry, at, heard } = setUp();
  await telemetry.start(at(FIRST));
  const prepared = await telemetry.prepare(at(OTHER));
  await telemetry.stop();
  prepared.commit();
  assertEquals(heard(), []);
});
