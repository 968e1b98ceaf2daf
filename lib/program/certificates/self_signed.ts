import { FileError } from "../../base/files.ts";
import type { SelfSigned } from "../../config/flags/self_signed_command.ts";
import { UsageError } from "../../config/usage_error.ts";
import type { OperatingSystem } from "../operating_system.ts";

/** Long enough for a try, and for who forgets it to be reminded. */
const DAYS = 365;
const DAY_S = 86_400;

/**
 * Makes a certificate that is signed by itself. Resolves to what is said of it.
 *
 * @throws {UsageError} when a file is there already, or cannot be written.
 */
export async function makeSelfSigned(
  { names, addresses, title, folder }: SelfSigned,
  system: Pick<OperatingSystem, "files" | "writableFiles" | "configIo" | "makeCertificate" | "runtime">,
): Promise<string> {
  const path = (ending: string) => system.configIo.absolutePath(`${folder}/${title}.${ending}`);
  const [certificateFile, keyFile] = [path("pem"), path("key")];
  try {
    for (const file of [certificateFile, keyFile]) {
      if (await system.files.stat(file) !== null) throw new FileError(`${file} is there already`);
    }
    // An hour back: other machines' clocks differ.
    const nowS = system.runtime({}, () => {}).wallClock.epochSeconds();
    const wish = { names, addresses, validFromS: nowS - 3600, validToS: nowS + DAYS * DAY_S };
    const { certificate, key, spkiSha256 } = await system.makeCertificate(wish);
    await write(keyFile, key, system);
    await write(certificateFile, certificate, system);
    return [
      `${certificateFile}: a certificate for ${[...names, ...addresses].join(", ")}, until ${dayText(wish.validToS)}`,
      `${keyFile}: its key, which nobody else must see`,
      `Nobody believes it but who is given it (tls://...?ca=${certificateFile}) or its pin (pin-sha256=${spkiSha256})`,
      `Try it: dns-forwarder --listen tls://127.0.0.1:8853 --certificate ${certificateFile} --key ${keyFile}`,
      "",
    ].join("\n");
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new UsageError(`Cannot make a certificate: ${error.message}`);
  }
}

async function write(
  file: string,
  text: string,
  { writableFiles }: Pick<OperatingSystem, "writableFiles">,
): Promise<void> {
  const writer = await writableFiles.create(file);
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.finish();
  } finally {
    await writer.discard();
  }
}

function dayText(epochS: number): string {
  return new Date(epochS * 1000).toISOString().slice(0, 10);
}
