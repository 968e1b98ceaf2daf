// Rules that hold at some times, and pauses (sentence 8 of the law).

import { assertEquals } from "@std/assert";
import type { ScheduleWindow } from "../../lib/config/lists.ts";
import { encode } from "../../lib/wire/message.ts";
import { lines, question, records } from "../support/messages.ts";
import { listOf, policyOf } from "../support/policies.ts";
import { Scene } from "../support/scene.ts";

const HOUR_MS = 3_600_000;
const PLACE = { file: "config.toml", line: 1 };
const RULE = { except: [], place: PLACE };
/** The world begins on 2025-01-01, a Wednesday, at midnight in UTC. */
const NIGHT: ScheduleWindow = { days: [3], fromMinute: 1260, toMinute: 390, timeZone: "UTC" };

function setUp(windows: readonly ScheduleWindow[] = [NIGHT]) {
  const policy = (windows: readonly ScheduleWindow[]) =>
    policyOf({
      upstreams: { default: ["203.0.113.53"] },
      lists: [listOf("social", { names: ["example.org"] }), listOf("needed", { names: ["www.example.org"] })],
      schedules: [{ name: "night", windows, place: PLACE }],
      clients: {
        default: {
          block: [{ ...RULE, lists: ["social"], schedule: "night" }],
          allow: [{ ...RULE, lists: ["needed"], schedule: "night" }],
        },
      },
    });
  const scene = new Scene({ config: { policy: policy(windows), cacheSizeMib: 1 } });
  const isBlocked = async (name = "example.org") => {
    const client = scene.client();
    client.ask([question(name)]);
    await scene.pass(50);
    return lines(client.reply.message.answers).join().endsWith(" 0.0.0.0");
  };
  const use = (windows: readonly ScheduleWindow[]) => scene.app.use({ ...scene.config, policy: policy(windows) });
  return { scene, isBlocked, use };
}

Deno.test("a rule counts from one edge of its schedule to the next, for queries that come then, and no answer is lost", async () => {
  const { scene, isBlocked } = setUp();
  assertEquals(await isBlocked(), false);
  await scene.pass(21 * HOUR_MS - 2000);
  assertEquals(await isBlocked(), false);
  await scene.pass(2000);
  assertEquals([await isBlocked(), await isBlocked("www.example.org")], [true, false]);
  await scene.pass(9.5 * HOUR_MS - 2000);
  assertEquals(await isBlocked(), true);
  await scene.pass(2000);
  assertEquals(await isBlocked(), false);
  scene.app.abort();
});

Deno.test("another schedule counts at once when it is reloaded, also where it has the same name", async () => {
  const { scene, isBlocked, use } = setUp();
  use([{ ...NIGHT, fromMinute: 0, toMinute: 60 }]);
  assertEquals(await isBlocked(), true);
  use([NIGHT]);
  assertEquals(await isBlocked(), false);
  await scene.pass(21 * HOUR_MS);
  assertEquals(await isBlocked(), true);
  scene.app.abort();
});

Deno.test("a pause holds across a reload, ends to the second, and costs the schedule nothing", async () => {
  const { scene, isBlocked, use } = setUp([{ ...NIGHT, fromMinute: 0, toMinute: 1440 }]);
  assertEquals(await isBlocked(), true);
  const untilSeconds = Date.UTC(2025, 0, 1) / 1000 + 600;
  scene.app.usePauses([{ untilSeconds, clients: ["default"], lists: ["social"] }]);
  assertEquals(await isBlocked(), false);
  use([{ ...NIGHT, fromMinute: 0, toMinute: 720 }]);
  assertEquals(await isBlocked(), false);
  await scene.pass(599_000 - 150);
  assertEquals(await isBlocked(), false);
  await scene.pass(1000);
  assertEquals([await isBlocked(), scene.app.pauses], [true, []]);
  scene.app.abort();
});

Deno.test("what was asked before a reload is judged by the schedules of then, whatever others are called the same", async () => {
  const always: ScheduleWindow = { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, toMinute: 1440, timeZone: "UTC" };
  const { scene, use } = setUp([always]);
  const { upstream } = scene;
  upstream.onQuery = (query) => {
    scene.world.time.after(100, () => upstream.reply(query, upstream.response(query)));
  };
  const client = scene.client();
  const alias = "shop.example.net 300 IN CNAME cdn.example.org";
  upstream.response = ({ message }) =>
    encode({ ...message, isResponse: true, answers: records(alias), additionals: [] });
  client.ask([question("shop.example.net")]);
  await scene.pass(50);
  use([NIGHT]);
  await scene.pass(200);
  assertEquals(lines(client.reply.message.answers), ["shop.example.net. 60 IN A 0.0.0.0"]);
  scene.app.abort();
});
