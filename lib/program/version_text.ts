import { VERSION } from "../version.ts";
import type { Build } from "./operating_system.ts";

/** What `--version` prints: what this is, what runs it, and how it was built. */
export function versionText({ engine, target, form, isNative }: Build): string {
  return `dns-forwarder ${VERSION} (${engine}, ${target}, ${form}${isNative ? ", native" : ""})\n`;
}
