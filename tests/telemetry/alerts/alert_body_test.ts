import { assertEquals } from "@std/assert";
import { alertBodies } from "../../../lib/telemetry/alerts/alert_body.ts";
import type { Notice } from "../../../lib/telemetry/alerts/alert_book.ts";
import { VERSION } from "../../../lib/version.ts";

const FINDING = { kind: "upstream-down", subject: "192.0.2.1:53", text: "The upstream 192.0.2.1:53 is down" } as const;
const WRONG: Notice = {
  finding: FINDING,
  isOver: false,
  isRepeat: false,
  beganAtMs: Date.UTC(2026, 10, 30, 12, 0, 0),
  atMs: Date.UTC(2026, 10, 30, 12, 0, 30),
};
const OVER: Notice = { ...WRONG, isOver: true, atMs: Date.UTC(2026, 10, 30, 13) };
const HOOK = { url: "https://alerts.example/hook", format: "auto", instance: "ns1" } as const;

function parsed(...args: Parameters<typeof alertBodies>): unknown[] {
  return alertBodies(...args).map(({ body }) => JSON.parse(`${body}`));
}

Deno.test("alertBodies() makes an object of each, with a text for chats", () => {
  const plain = {
    text: "The upstream 192.0.2.1:53 is down (dns-forwarder ns1)",
    source: "dns-forwarder",
    version: VERSION,
    instance: "ns1",
    status: "firing",
    severity: "warning",
    kind: "upstream-down",
    subject: "192.0.2.1:53",
    about: "The upstream 192.0.2.1:53 is down",
    isRepeat: false,
    startsAt: "2026-11-30T12:00:00.000Z",
    endsAt: null,
  };
  assertEquals(parsed([WRONG, OVER, { ...WRONG, isRepeat: true }], HOOK), [
    plain,
    {
      ...plain,
      text: "Over: The upstream 192.0.2.1:53 is down (dns-forwarder ns1)",
      status: "resolved",
      endsAt: "2026-11-30T13:00:00.000Z",
    },
    { ...plain, text: "Still: The upstream 192.0.2.1:53 is down (dns-forwarder ns1)", isRepeat: true },
  ]);
  assertEquals(alertBodies([], HOOK), []);
});

Deno.test("alertBodies() makes one list for Alertmanager, which holds what is wrong for true until after it is told again", () => {
  const alert = {
    labels: {
      alertname: "DnsForwarderUpstreamDown",
      job: "dns-forwarder",
      instance: "ns1",
      severity: "warning",
      upstream: "192.0.2.1:53",
    },
    annotations: { summary: "The upstream 192.0.2.1:53 is down" },
    startsAt: "2026-11-30T12:00:00.000Z",
    endsAt: "2026-11-30T14:30:30.000Z",
  };
  const expected = [[alert, { ...alert, endsAt: "2026-11-30T13:00:00.000Z" }]];
  assertEquals(parsed([WRONG, OVER], { ...HOOK, url: "http://192.0.2.9:9093/api/v2/alerts" }), expected);
  assertEquals(parsed([WRONG, OVER], { ...HOOK, format: "alertmanager" }), expected);
  const [plain] = parsed([WRONG], { ...HOOK, url: "http://192.0.2.9:9093/api/v2/alerts", format: "json" });
  assertEquals((plain as { kind: string }).kind, "upstream-down");
});
