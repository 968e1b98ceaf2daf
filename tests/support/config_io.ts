import type { ConfigIo } from "../../lib/config/loaded_config.ts";
import { FakeFiles } from "./fake_files.ts";

/** Files by their paths. */
export type FileTexts = Readonly<Record<string, string | Uint8Array<ArrayBuffer> | null>>;

/** A machine with these files, or with this one at `/a.toml`, and these environment variables. */
export function configIo(texts: string | FileTexts, variables: Readonly<Record<string, string>> = {}): ConfigIo {
  return {
    files: new FakeFiles(typeof texts === "string" ? { "/a.toml": texts } : texts),
    absolutePath: (path) => path.startsWith("/") ? path : `/here/${path}`,
    variable: (name) => variables[name] ?? null,
  };
}
