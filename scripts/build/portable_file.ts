import { SUB_COMMANDS } from "../../lib/config/flags/commands.ts";
import { VERSION } from "../../lib/version.ts";
import type { Target } from "./targets.ts";

/** What a portable file is made of. */
export interface PortableFileOptions {
  /** The program in one module. */
  readonly bundleFile: string;
  /** The Deno that runs it. */
  readonly denoFile: string;
  /** The machine that both are for. */
  readonly target: Target;
  /** What Deno is told before the program's name. */
  readonly runFlags: readonly string[];
  /** The same where settings come from a file. */
  readonly fileRunFlags: readonly string[];
  /** The file to write. */
  readonly output: string;
}

/** Commands that read a file only where one is named. */
const WITHOUT_FILES: readonly string[] = ["check", "probe", "print-schema"];

/** Writes a shell script that carries the program and Deno, unpacks them at its first start and runs them. */
export async function writePortableFile(
  { bundleFile, denoFile, target, runFlags, fileRunFlags, output }: PortableFileOptions,
): Promise<void> {
  const program = await compressed(bundleFile);
  const deno = await compressed(denoFile);
  const template = await Deno.readTextFile(new URL("portable_header.sh", import.meta.url));
  const header = filledIn(template, {
    VERSION,
    TARGET: target.name,
    CONTENT: await contentHash(program, deno),
    PROGRAM_OCTETS: `${program.size}`,
    DENO_OCTETS: `${deno.size}`,
    RUN_FLAGS: quoted(runFlags),
    FILE_RUN_FLAGS: quoted(fileRunFlags),
    FILE_COMMANDS: fileCommands().join(" | "),
  });
  await Deno.writeFile(output, new Blob([header, program, deno]).stream());
  await Deno.chmod(output, 0o755);
}

/** Commands that read or write files, or reach the running program by a socket among them, whatever stands behind them. */
function fileCommands(): string[] {
  return SUB_COMMANDS.map(({ name }) => name).filter((name) => !WITHOUT_FILES.includes(name));
}

async function compressed(file: string): Promise<Blob> {
  const { readable } = await Deno.open(file);
  return await new Response(readable.pipeThrough(new CompressionStream("gzip"))).blob();
}

/** Of all that is unpacked; equal contents share a folder, whatever Deno is told at the start. */
async function contentHash(...parts: readonly Blob[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await new Blob([...parts]).arrayBuffer());
  return new Uint8Array(digest).toHex();
}

/** For a shell, which would take `*` for files. */
function quoted(flags: readonly string[]): string {
  return flags.map((flag) => /^[\w=,/-]+$/.test(flag) ? flag : `'${flag}'`).join(" ");
}

function filledIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/@([A-Z_]+)@/g, (_, name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Cannot fill in @${name}@: no such value`);
    return value;
  });
}
