import { type Listen, listenName } from "../server/listen/listen.ts";
import { ServiceManager } from "../operator/service_manager.ts";
import type { Status } from "../operator/status.ts";
import type { Host } from "./host.ts";
import type { OperatingSystem } from "./operating_system.ts";

/** The way to whoever has started the program as a service; `null` when nobody has. */
export function serviceManager(host: Host, system: OperatingSystem, status: () => string): ServiceManager | null {
  const socket = host.openServiceSocket?.() ?? null;
  return socket && new ServiceManager({ socket, timers: system.runtime({}, () => {}).timers, status });
}

/** For a service manager: what is worth telling every few seconds. */
export function briefStatus(served: readonly Listen[], { counters, inFlight }: Status): string {
  const where = served.map(listenName).join(" and ");
  return `serving ${where}: ${counters.received} queries, ${counters.replied} replies, ${inFlight} questions in flight`;
}
