import type { FullConfig } from "../../config/config.ts";
import { alertBodies } from "../../telemetry/alerts/alert_body.ts";
import type { Notice } from "../../telemetry/alerts/alert_book.ts";
import { Alerts } from "../../telemetry/alerts/alerts.ts";
import { Outbox } from "../../telemetry/alerts/outbox.ts";
import { Post } from "../../telemetry/post.ts";
import type { PartContext, RunningPart } from "./part.ts";

/** Looks whether something is wrong, and tells whoever the configuration names. */
export async function startAlerts(config: FullConfig, context: PartContext): Promise<RunningPart> {
  const { program, lists, certificates, system, runtime, log } = context;
  const { clock, wallClock, timers, network } = runtime;
  const [url, format] = [config.alertWebhook!, config.alertFormat];
  const post = new Post(url, {
    http: await system.loadHttpClient(),
    network,
    findAddresses: (name) => program.findAddresses(name, null),
    timers,
  });
  const outbox = new Outbox({ post, timers, log });
  // What operators call it, else where it is found.
  const instance = () => config.serverId ?? program.state.listeners?.[0]?.name ?? "";
  const look = () => ({ status: program.state, lists: lists?.status ?? [], certificates: certificates.status });
  const bodies = (notices: readonly Notice[]) => {
    return alertBodies(notices, { url, format, instance: instance() });
  };
  const alerts = new Alerts({ look, bodies, outbox, clock, wallClock, timers, log });
  return {
    get lines() {
      const { sentCount, lostCount, waitingCount } = outbox;
      const sent = `alerts: sent=${sentCount} waiting=${waitingCount} lost=${lostCount} to ${new URL(url).host}`;
      return [sent, ...alerts.told.map((text) => `alert: ${text}`)];
    },
    stop: () => {
      alerts.stop();
      outbox.stop();
    },
  };
}
