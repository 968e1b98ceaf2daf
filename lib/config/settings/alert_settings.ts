import { ALERT_FORMATS } from "../../telemetry/alerts/alert_format.ts";
import { oneOf, webAddress } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** Who is told when something is wrong. */
export const ALERT_SETTINGS = {
  alertWebhook: {
    name: "alerts-webhook",
    path: "alerts.webhook",
    hasFlag: false,
    reader: webAddress("https://…", "https://alerts.example/hook"),
    default: null,
    isReloadable: true,
    help: [
      "Where it is sent, by POST, when an upstream is down, all are, more than 5 % of the replies are failures, a log loses what",
      "it is told, a certificate ends or a list is not updated; each hour again while it lasts, and when it is over. The name in",
      "it is looked up here, not by the machine. By default nowhere.",
    ],
  },
  alertFormat: {
    name: "alerts-format",
    path: "alerts.format",
    hasFlag: false,
    reader: oneOf(ALERT_FORMATS),
    default: "auto",
    isReloadable: true,
    help: [
      "What is sent: JSON for each alert by itself, whose text chats show (json), or what Alertmanager takes (alertmanager); auto",
      "is Alertmanager's where the address ends with /api/v2/alerts.",
    ],
  },
} satisfies Partial<Settings>;
