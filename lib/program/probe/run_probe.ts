import { parseCommand } from "../../config/flags/cli.ts";
import type { Probe } from "../../config/flags/probe_command.ts";
import { UsageError } from "../../config/usage_error.ts";
import { type Candidate, findUnaskable, probe, type Progress, textOf } from "../../probe/probe.ts";
import { probeText } from "../../probe/probe_text.ts";
import { publicServers } from "../../probe/public_resolvers.ts";
import { type Endpoint, endpointText } from "../../upstream/endpoint.ts";
import { readConfigFile } from "../config/config_file.ts";
import { EXIT } from "../exit_codes.ts";
import type { Host } from "../host.ts";
import type { OperatingSystem } from "../operating_system.ts";

/** Steps of a bar. */
const BAR_WIDTH = 24;

/** Finds out which servers to ask, and prints it. Resolves to the exit code. */
export async function runProbe(command: Probe, host: Host, system: OperatingSystem): Promise<number> {
  const candidates = await candidatesOf(command, host, system);
  const { showProgress = null } = host;
  const runtime = system.runtime({}, (line) => host.writeLine(line));
  const unaskable = findUnaskable(candidates, runtime);
  if (unaskable !== null) throw new UsageError(`Cannot probe "${unaskable.text}": ${unaskable.why}`);
  try {
    const ranked = await probe(candidates, command, runtime, (progress) => {
      showProgress?.(progressText(progress, candidates.length));
    });
    showProgress?.(null);
    host.print(command.isJson ? `${JSON.stringify(ranked, null, 2)}\n` : probeText(ranked));
    return ranked.some(({ use }) => use !== "bad") ? EXIT.ok : EXIT.notWell;
  } finally {
    showProgress?.(null);
  }
}

async function candidatesOf(command: Probe, host: Host, system: OperatingSystem): Promise<Candidate[]> {
  const { endpoints, withPublic, configArguments } = command;
  const isConfigured = configArguments.length > 0 || (endpoints.length === 0 && !withPublic);
  const configured = isConfigured ? await upstreamsOf(configArguments, host, system) : [];
  const named = [...endpoints, ...configured].map((endpoint) => ({ endpoint, operator: null }));
  const known = withPublic ? publicServers() : [];
  // One that is configured as well is probed once, and is known by who runs it.
  const all = new Map([...named, ...known].map((one) => [endpointText(one.endpoint), one]));
  if (all.size > 0) return [...all.values()].map((one) => ({ ...one, text: textOf(one.endpoint) }));
  throw new UsageError("Cannot probe: there is no upstream in the configuration: name servers, or --public");
}

/** All that would be asked with these arguments, whatever for. */
async function upstreamsOf(args: readonly string[], host: Host, system: OperatingSystem): Promise<readonly Endpoint[]> {
  const command = parseCommand(args, () => host.defaultConfigFile?.() ?? null);
  if (command.kind !== "serve" && command.kind !== "serve file") {
    throw new UsageError(
      `Cannot probe with "${args.join(" ")}": beside it stands what the program would be started with`,
    );
  }
  const { config } = command.kind === "serve" ? command : await readConfigFile(command, host, system);
  const policy = "policy" in config ? config.policy : null;
  return policy?.upstreamGroups.flatMap(({ servers }) => servers) ?? config.upstreams;
}

function progressText({ done, total, servers }: Progress, serverCount: number): string {
  const filled = Math.floor(BAR_WIDTH * done / total);
  const bar = "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled);
  return `probing [${bar}] ${Math.floor(100 * done / total)} %, ${servers} of ${serverCount} servers done`;
}
