/**
 * Makes the program a single file: ./dns-forwarder for this machine, or with --all files for every kind of machine
 * in dist/, with checksums.
 *
 *     deno task compile [--method auto|compile|portable] [--target linux-arm64] [--flavour plain|native] [--output <file>]
 *     deno task compile:all [--method auto|compile|portable]
 *
 * `compile` is `deno compile`, which downloads a runtime. `portable` needs no download for this machine: a shell script
 * that carries the program and Deno. `auto` takes the first that works.
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli/parse-args";
import { bundle } from "./build/bundle.ts";
import { NoRuntimeError, writeCompiledFile } from "./build/compiled_file.ts";
import { denoBinary } from "./build/deno_binary.ts";
import { writePortableFile } from "./build/portable_file.ts";
import { type Flavour, FLAVOURS, runFlags } from "./build/run_flags.ts";
import { isLinux, isWindows, type Target, TARGETS } from "./build/targets.ts";

const METHODS = ["auto", "compile", "portable"] as const;

/** A file to make. */
interface Build {
  readonly method: typeof METHODS[number];
  readonly target: Target;
  readonly flavour: Flavour;
  readonly output: string;
}

const options = parseArgs(Deno.args, {
  string: ["method", "target", "flavour", "output"],
  boolean: ["all"],
  unknown: (argument) => stop(`Cannot use "${argument}": no such flag, see the head of scripts/compile.ts`),
});
const method = oneOf("method", METHODS, "auto");
if (options.all === true && (options.target ?? options.flavour ?? options.output) !== undefined) {
  stop("Cannot use --target, --flavour or --output beside --all: it makes every file, in dist/");
}
const builds = options.all === true ? allBuilds() : [oneBuild()];
const folder = await Deno.makeTempDir({ prefix: "dns-forwarder-build-" });
const failures: string[] = [];
try {
  const bundleFile = `${folder}/dns-forwarder.mjs`;
  await bundle(bundleFile);
  for (const build of builds) await tryMake(build, bundleFile);
} catch (error) {
  failures.push(reason(error));
} finally {
  await Deno.remove(folder, { recursive: true });
}
if (options.all === true) await writeChecksums();
for (const failure of failures) console.error(`compile: ${failure}`);
Deno.exit(failures.length === 0 ? 0 : 1);

function oneBuild(): Build {
  const flavour = oneOf("flavour", FLAVOURS, "plain");
  const here = TARGETS.find(({ triple }) => triple === Deno.build.target);
  const name = oneOf("target", TARGETS.map(({ name }) => name), here?.name ?? "");
  const target = TARGETS.find((target) => target.name === name);
  if (target === undefined) stop(`Cannot build for ${Deno.build.target}: --target must be another machine's`);
  if (flavour === "native" && !isLinux(target)) stop(`Cannot build --flavour native for ${name}: it needs Linux`);
  return { method, target, flavour, output: options.output as string | undefined ?? fileName(target, flavour) };
}

function allBuilds(): Build[] {
  Deno.mkdirSync("dist", { recursive: true });
  return FLAVOURS.flatMap((flavour) => {
    return TARGETS.filter((target) => flavour === "plain" || isLinux(target)).map((target) => {
      const output = `dist/${fileName({ ...target, name: "" }, flavour)}-${target.name}${
        isWindows(target) ? ".exe" : ""
      }`;
      return { method, target, flavour, output };
    });
  });
}

function fileName(target: Target, flavour: Flavour): string {
  return `dns-forwarder${flavour === "native" ? "-native" : ""}${isWindows(target) ? ".exe" : ""}`;
}

async function tryMake(build: Build, bundleFile: string): Promise<void> {
  try {
    // Nothing of an earlier build may pass for this one's.
    await Deno.remove(build.output).catch(() => {});
    await make(build, bundleFile);
  } catch (error) {
    failures.push(`${build.target.name}: ${reason(error)}`);
  }
}

async function make({ method, target, flavour, output }: Build, bundleFile: string): Promise<void> {
  if (method !== "portable") {
    try {
      await writeCompiledFile({ bundleFile, target, flavour, output });
      return console.log(`${output}: ${target.name}, compiled, ${await megabytes(output)}`);
    } catch (error) {
      if (!(error instanceof NoRuntimeError) || method === "compile" || isWindows(target)) throw error;
      console.log(`${error.message}: ${output} will be portable, it unpacks itself at its first start`);
    }
  }
  if (isWindows(target)) throw new Error("Cannot make a portable file for Windows: it needs a POSIX shell");
  const denoFile = await denoBinary(target, folder);
  const [plainFlags, fileRunFlags] = [runFlags(target, flavour, false), runFlags(target, flavour, true)];
  await writePortableFile({ bundleFile, denoFile, target, runFlags: plainFlags, fileRunFlags, output });
  console.log(`${output}: ${target.name}, portable, ${await megabytes(output)}`);
}

async function megabytes(file: string): Promise<string> {
  return `${((await Deno.stat(file)).size / 1e6).toFixed(0)} MB`;
}

/** In the form that `sha256sum --check` reads. */
async function writeChecksums(): Promise<void> {
  const lines: string[] = [];
  for (const { output } of builds) {
    const octets = await Deno.readFile(output).catch(() => null);
    if (octets === null) continue;
    const digest = await crypto.subtle.digest("SHA-256", octets);
    lines.push(`${new Uint8Array(digest).toHex()}  ${output.replace("dist/", "")}\n`);
  }
  await Deno.writeTextFile("dist/SHA256SUMS", lines.join(""));
}

function oneOf<T extends string>(flag: string, allowed: readonly T[], fallback: T): T {
  const text = options[flag];
  if (text === undefined) return fallback;
  return allowed.find((candidate) => candidate === text) ??
    stop(`Cannot use --${flag} "${text}": must be ${allowed.join(" or ")}`);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : `${error}`;
}

function stop(message: string): never {
  console.error(`compile: ${message}`);
  Deno.exit(2);
}
