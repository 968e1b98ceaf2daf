import type { HttpContent } from "../../base/http/http_client.ts";
import { VERSION } from "../../version.ts";
import { type Notice, REPEAT_MS } from "./alert_book.ts";
import type { AlertFormat } from "./alert_format.ts";
import { ALERT_KINDS } from "./alert_kinds.ts";

/** Until when Alertmanager takes an alert for true of which it hears no more: one repetition may be lost. */
const HOLDS_MS = 2.5 * REPEAT_MS;

/** What is sent, one request after the other. `instance` is what the program is called. */
export function alertBodies(
  notices: readonly Notice[],
  { url, format, instance }: { readonly url: string; readonly format: AlertFormat; readonly instance: string },
): HttpContent[] {
  if (notices.length === 0) return [];
  const isAlertmanager = format === "auto"
    ? new URL(url).pathname.endsWith("/api/v2/alerts")
    : format === "alertmanager";
  const json = (body: unknown): HttpContent => ({ type: "application/json", body: JSON.stringify(body) });
  if (isAlertmanager) return [json(notices.map((notice) => alertmanagerAlert(notice, instance)))];
  return notices.map((notice) => json(plainAlert(notice, instance)));
}

/** `text` is what chats show (Slack, Mattermost, Rocket.Chat); the rest is for programs. */
function plainAlert({ finding, isOver, isRepeat, beganAtMs, atMs }: Notice, instance: string): unknown {
  const { kind, subject, text } = finding;
  return {
    text: `${isOver ? "Over: " : isRepeat ? "Still: " : ""}${text} (dns-forwarder ${instance})`,
    source: "dns-forwarder",
    version: VERSION,
    instance,
    status: isOver ? "resolved" : "firing",
    severity: ALERT_KINDS[kind].severity,
    kind,
    subject,
    about: text,
    isRepeat,
    startsAt: new Date(beganAtMs).toISOString(),
    endsAt: isOver ? new Date(atMs).toISOString() : null,
  };
}

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml, postableAlert. */
function alertmanagerAlert({ finding, isOver, beganAtMs, atMs }: Notice, instance: string): unknown {
  const { kind, subject, text } = finding;
  const { name, severity, label } = ALERT_KINDS[kind];
  return {
    labels: {
      alertname: name,
      job: "dns-forwarder",
      instance,
      severity,
      ...(label !== null && subject !== "" && { [label]: subject }),
    },
    annotations: { summary: text },
    startsAt: new Date(beganAtMs).toISOString(),
    endsAt: new Date(isOver ? atMs : atMs + HOLDS_MS).toISOString(),
  };
}
