import { isLinux, isWindows, type Target } from "./targets.ts";

/** What a build may do: `native` may also call the system's C library, and start workers. */
export const FLAVOURS = ["plain", "native"] as const;

/** See `FLAVOURS`. */
export type Flavour = typeof FLAVOURS[number];

/**
 * The flags that are baked into a build: what the program may do on a machine, and nothing that asks at the terminal.
 *
 * @param readsFiles Whether settings come from a file: then it reads that file and those that it names, and the variables that it
 * may refer to.
 */
export function runFlags(target: Target, flavour: Flavour, readsFiles: boolean): string[] {
  // `Deno.listenDatagram` is unstable. The whole network, for any address may be a client's.
  const flags = ["--no-prompt", "--unstable-net", "--allow-net"];
  // The machine's uptime tells sleep from a clock that was set; the debugger that SIGUSR1 opens in Deno is closed.
  flags.push("--allow-sys=osUptime,inspector");
  // What a service manager hands over, and where its socket is: /run/systemd/notify, or under /run/user for a user's.
  const variables = isLinux(target) ? ["NOTIFY_SOCKET", "WATCHDOG_USEC"] : [];
  // Whether the terminal knows control sequences.
  variables.push("TERM");
  const folders = isLinux(target) ? ["/run"] : [];
  // What server.state-dir is, as a rule: lists are kept there, and the history; and where queries are written down.
  if (readsFiles) {
    folders.push(
      ...isWindows(target) ? ["C:\\ProgramData\\dns-forwarder"] : ["/var/lib/dns-forwarder", "/var/log/dns-forwarder"],
    );
  }
  if (folders.length > 0) flags.push(`--allow-write=${folders.join(",")}`);
  if (readsFiles) {
    flags.push("--allow-read");
    // Deno wants to know the names at the start, and the file is read later.
    variables.push("DNSF_*", "HOSTNAME", "CREDENTIALS_DIRECTORY");
  }
  if (variables.length > 0) flags.push(`--allow-env=${variables.join(",")}`);
  // Workers are the same file once more.
  if (flavour === "native") flags.push("--allow-ffi", "--allow-run");
  return flags;
}
