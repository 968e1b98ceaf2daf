import { assertEquals } from "@std/assert";
import type { HttpContent } from "../../../lib/base/http/http_client.ts";
import { Log } from "../../../lib/observe/log.ts";
import { alertBodies } from "../../../lib/telemetry/alerts/alert_body.ts";
import { Alerts } from "../../../lib/telemetry/alerts/alerts.ts";
import { FakeTime } from "../../support/fake_time.ts";
import { statusWith, UPSTREAM } from "../metrics/snapshots.ts";

Deno.test("Alerts looks every five seconds, tells what is wrong and what is over to who was named and to the log, by the clock on the wall", () => {
  const [time, lines, sent] = [new FakeTime(), [] as string[], [] as HttpContent[]];
  let state = "up";
  const alerts = new Alerts({
    look: () => ({ status: statusWith({ upstreams: [{ ...UPSTREAM, state }] }), lists: [], certificates: [] }),
    bodies: (notices) => alertBodies(notices, { url: "https://a.example/", format: "json", instance: "ns1" }),
    outbox: { add: (contents) => void sent.push(...contents) },
    clock: time,
    wallClock: { epochSeconds: () => 1_796_000_000 + Math.floor(time.nowMs() / 1000), epochMs: () => 0 },
    timers: time,
    log: new Log({ level: "info", writeLine: (line) => void lines.push(line) }),
  });
  time.pass(60_000);
  state = "down";
  time.pass(34_999);
  assertEquals([sent, lines], [[], []]);
  time.pass(1);
  assertEquals(alerts.told, ["The upstream 192.0.2.1:53 is down"]);
  state = "up";
  time.pass(65_000);
  assertEquals(
    sent.map(({ body }) => JSON.parse(`${body}`)).map(({ status, startsAt, endsAt }) => [status, startsAt, endsAt]),
    [
      ["firing", "2026-11-30T00:54:25.000Z", null],
      ["resolved", "2026-11-30T00:54:25.000Z", "2026-11-30T00:56:00.000Z"],
    ],
  );
  assertEquals(lines, [
    "dns-forwarder: warn: alert: The upstream 192.0.2.1:53 is down",
    "dns-forwarder: alert is over: The upstream 192.0.2.1:53 is down",
  ]);
  assertEquals(alerts.told, []);
  alerts.stop();
  assertEquals(time.armedCount, 0);
});
