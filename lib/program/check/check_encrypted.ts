import { UpstreamTaps } from "../../observe/upstream_tap.ts";
import type { Runtime } from "../../base/runtime.ts";
import { DeadlineQueue } from "../../base/time/deadline_queue.ts";
import type { CheckEncrypted } from "../../config/flags/commands.ts";
import { Counters } from "../../observe/counters.ts";
import { Log } from "../../observe/log.ts";
import { serverText } from "../../upstream/endpoint.ts";
import { ownRequest } from "../../upstream/own_request.ts";
import { UntrustedError } from "../../upstream/refusal.ts";
import { UpstreamRegistry } from "../../upstream/registry.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import { decode } from "../../wire/message.ts";
import { questionToText } from "../../wire/text/record_text.ts";
import { type CheckResult, verdict } from "./check.ts";

/** As long as a dial may take, with whoever has to be asked where the server is. */
const WAIT_MS = 5000;

/**
 * Asks an encrypted server once for the IPv4 address of a name, as this program would as its upstream: it has to prove who it is.
 * Never rejects because of the server or the network.
 */
export async function checkEncrypted(
  { endpoint, name }: Pick<CheckEncrypted, "endpoint" | "name">,
  runtime: Runtime,
): Promise<CheckResult> {
  const { clock, timers } = runtime;
  const deadlines = new DeadlineQueue({ clock, timers });
  const registry = new UpstreamRegistry({
    taps: new UpstreamTaps(),
    runtime,
    deadlines,
    counters: new Counters(),
    log: new Log({ level: "error", writeLine: () => {} }),
    tombstoneMs: 0,
  });
  const subject = `${serverText(endpoint)}: ${questionToText({ name, type: TYPE.A, class: CLASS.IN })}`;
  const startMs = clock.nowMs();
  try {
    const group = registry.openGroup({ endpoints: [endpoint], strategy: "sequential", socketCount: 2 });
    const response = await group.exchange(ownRequest({ name, type: TYPE.A, deadlineMs: startMs + WAIT_MS }));
    return verdict(decode(response.octets), subject, clock.nowMs() - startMs);
  } catch (error) {
    return { health: "unwell", text: `${subject}: ${reasonOf(error)}` };
  } finally {
    registry.close();
    deadlines.clear();
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof UntrustedError) return error.refusal.text;
  if (!(error instanceof Error)) return `${error}`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
