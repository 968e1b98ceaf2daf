import { monotonicUs } from "../native/monotonic_time.ts";
import type { ServiceSocket } from "../operator/service_manager.ts";

/**
 * systemd's notification socket, sd_notify(3); `null` when there is none, or the program may not know or reach it. What is
 * not permitted is not asked for: nobody sits at a service's terminal.
 */
export function openServiceSocket(writeLine: (line: string) => void): ServiceSocket | null {
  const path = permittedVariable("NOTIFY_SOCKET");
  if (Deno.build.os !== "linux" || path === null) return null;
  if (!mayReach(path)) {
    // Some container runtimes have it elsewhere; systemd's own is /run/systemd/notify.
    writeLine(
      `dns-forwarder: warn: Cannot tell the service manager at ${path}: no permission to write there. Single files have ` +
        `it below /run: let the socket be there, or expect no notification (systemd: Type=exec, without WatchdogSec=). ` +
        `From source: deno run --allow-write=${path}`,
    );
    return null;
  }
  const socket = Deno.listenDatagram(
    { transport: "unixpacket" } as Deno.UnixListenOptions & { transport: "unixpacket" },
  );
  const encoder = new TextEncoder();
  const watchdogMs = Number(permittedVariable("WATCHDOG_USEC") ?? 0) / 1000;
  // An "@" stands for a zero octet: a socket without a file.
  const to = { transport: "unixpacket", path: path.replace(/^@/, "\0") } as const;
  let hasComplained = false;
  // Deno refuses to send while a send is under way ("Busy"): one after the other, or READY=1 may be what is lost.
  let sent: Promise<unknown> = Promise.resolve();
  return {
    notify(message) {
      sent = sent.then(() => socket.send(encoder.encode(message), to)).catch((error) => {
        if (!hasComplained) writeLine(`dns-forwarder: warn: Cannot tell the service manager at ${path}: ${error}`);
        hasComplained = true;
      });
    },
    monotonicUs,
    watchdogMs: watchdogMs > 0 ? watchdogMs : null,
  };
}

/** Sockets without a file need no permission. */
function mayReach(path: string): boolean {
  return path.startsWith("@") || Deno.permissions.querySync({ name: "write", path }).state === "granted";
}

function permittedVariable(variable: string): string | null {
  const isPermitted = Deno.permissions.querySync({ name: "env", variable }).state === "granted";
  return isPermitted ? Deno.env.get(variable) ?? null : null;
}
