import { formatSocketAddress } from "../../lib/base/net/address.ts";
import type { Forwarder } from "./forwarders.ts";

/** A way in which this program can be run. */
interface Mode {
  readonly name: string;
  /** What Deno has to permit. */
  readonly permissions: readonly string[];
  /** Flags of the program beyond those that every mode gets. */
  readonly flags: readonly string[];
}

const MODES: readonly Mode[] = [
  { name: "plain", permissions: ["--allow-net"], flags: [] },
  { name: "native", permissions: ["--allow-net", "--allow-ffi"], flags: ["--io", "native"] },
  {
    name: "native-2-workers",
    permissions: ["--allow-net", "--allow-ffi", "--allow-run"],
    flags: ["--io", "native", "--workers", "2"],
  },
];

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** This program in each of its modes, the plain one first. They are called `ours-plain` and so on. */
export const OUR_MODES: readonly [Forwarder, ...Forwarder[]] = MODES.map(inMode) as [Forwarder];

function inMode({ name, permissions, flags }: Mode): Forwarder {
  const run = ["run", "--no-prompt", ...permissions, MAIN];
  return {
    name: `ours-${name}`,
    executable: Deno.execPath(),
    debianPackage: null,
    versionArgs: [...run, "--version"],
    knowsOverTcp: true,
    commandLine: ({ listen, upstreams, overTcp = false }) => {
      const scheme = overTcp ? "tcp://" : "";
      const resolvers = upstreams.flatMap((address) => ["--resolver", `${scheme}${formatSocketAddress(address)}`]);
      return {
        args: [...run, "--listen", formatSocketAddress(listen), "--log-level", "error", ...flags, ...resolvers],
      };
    },
  };
}
