import { fileURLToPath } from "node:url";
import { inAscii } from "./ascii.ts";
import { run } from "./command.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Writes the whole program with its packages into one module, `file`. In ASCII, and not minified, so that a stack trace can be read.
 *
 * @throws {CommandError} where Deno can neither find nor download its bundler, the npm package esbuild.
 */
export async function bundle(file: string): Promise<void> {
  await run(Deno.execPath(), [
    "bundle",
    "--frozen",
    "--config",
    `${ROOT}deno.json`,
    "--output",
    file,
    `${ROOT}main.ts`,
  ]);
  await Deno.writeTextFile(file, inAscii(await Deno.readTextFile(file)));
}
