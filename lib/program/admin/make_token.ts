import type { MakeToken } from "../../config/flags/token_command.ts";
import { digestOf, drawToken, tokenLine } from "../../web/auth/tokens.ts";
import { EXIT } from "../exit_codes.ts";
import type { Host } from "../host.ts";
import type { OperatingSystem } from "../operating_system.ts";

/** Makes a token: the line for the file is what is printed, and the token is told beside it. Resolves to the exit code. */
export async function makeToken({ name, scope }: MakeToken, host: Host, system: OperatingSystem): Promise<number> {
  const { random } = system.runtime({}, (line) => host.writeLine(line));
  const text = drawToken(random);
  const digest = digestOf(text, await system.loadDigests());
  host.writeLine(`dns-forwarder: the token, which is told nowhere else: ${text}`);
  host.print(`${tokenLine({ name, scope, digest })}\n`);
  return EXIT.ok;
}
