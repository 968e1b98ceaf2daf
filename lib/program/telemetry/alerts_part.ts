import type { Part } from "./part.ts";

/** Who is told when something is wrong, where somebody is. */
export const ALERTS: Part = {
  name: "alerts",
  settings: ({ alertWebhook, alertFormat, serverId }) => {
    return alertWebhook === null ? null : { alertWebhook, alertFormat, serverId };
  },
  load: async () => (await import("./start_alerts.ts")).startAlerts,
};
