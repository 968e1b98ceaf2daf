import { resolve } from "node:path";
import type { ConfigIo } from "../config/loaded_config.ts";
import { DEFAULT_CONFIG_FILE } from "../config/flags/flags.ts";
import { UsageError } from "../config/usage_error.ts";
import { DENO_FILES } from "./deno_files.ts";

/** What configurations are read from. */
export const DENO_CONFIG_IO: ConfigIo = {
  files: DENO_FILES,
  // The working folder may only be known by those who may read.
  absolutePath: (path) => path.startsWith("/") || !mayRead(".") ? path : resolve(path),
  variable(name) {
    if (Deno.permissions.querySync({ name: "env", variable: name }).state === "granted") {
      return Deno.env.get(name) ?? null;
    }
    throw new UsageError(`the environment variable ${name} may not be read: --allow-env=${name} is not given`);
  },
};

/** See `Host`. What is not permitted is not asked for: nobody sits at a service's terminal. */
export function defaultConfigFile(): string | null {
  if (!mayRead(DEFAULT_CONFIG_FILE)) return null;
  try {
    return Deno.statSync(DEFAULT_CONFIG_FILE).isDirectory ? null : DEFAULT_CONFIG_FILE;
  } catch (error) {
    // What is there and cannot be read is told when it is read.
    return error instanceof Deno.errors.NotFound ? null : DEFAULT_CONFIG_FILE;
  }
}

function mayRead(path: string): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}
