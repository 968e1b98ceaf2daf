import { type Zone, zoneFile, ZONES, zoneText } from "./zone_tree.ts";

/** The programs of BIND's that make keys and signatures. */
export interface Signer {
  readonly keygen: string;
  readonly signzone: string;
}

/** What a validator believes from the start, in the forms that validators read. */
export interface Anchor {
  /** The root's DNSKEY record in one line of a master file. */
  readonly dnskey: string;
  /** RDATA of its DS record. */
  readonly ds: string;
}

/** Where `dnssec-signzone` puts what the parent needs. */
const DS_FILE = (origin: string) => `dsset-${origin}`;

/** Writes all zones into `folder`, signed where they are. */
export async function signTree({ keygen, signzone }: Signer, folder: string): Promise<Anchor> {
  let anchor: Anchor | undefined;
  for (const zone of ZONES) {
    const path = `${folder}/${zoneFile(zone)}`;
    const dsPath = `${folder}/${DS_FILE(zone.origin)}`;
    if (zone.signing === null) {
      Deno.writeTextFileSync(path, zoneText(zone));
      if (zone.dsOfOthers !== undefined) Deno.writeTextFileSync(dsPath, `${zone.origin} IN DS ${zone.dsOfOthers}\n`);
      continue;
    }
    const key = await makeKey(keygen, zone, folder, ["-f", "KSK"]);
    const idle = await Promise.all(
      Array.from({ length: zone.signing.idleKeys ?? 0 }, () => makeKey(keygen, zone, folder, [])),
    );
    const keys = [key, ...idle].map((name) => Deno.readTextFileSync(`${folder}/${name}.key`));
    Deno.writeTextFileSync(path, zoneText(zone) + keys.join(""));
    await run(signzone, signingArgs(zone, key), folder);
    const { forge = (signed: string) => signed, ds } = zone.signing;
    Deno.writeTextFileSync(path, forge(Deno.readTextFileSync(`${path}.signed`)));
    const dsText = Deno.readTextFileSync(dsPath);
    if (zone.origin === ".") anchor = { dnskey: recordLine(keys[0]!), ds: rdataOf(dsText, "DS") };
    if (ds === "none") Deno.removeSync(dsPath);
    if (ds === "wrong") Deno.writeTextFileSync(dsPath, dsText.replace(/[0-9A-F]{8}\s*$/m, "00000000"));
  }
  return anchor!;
}

/** How BIND's programs want it: `257 3 13 "abc=def="` for `. IN DNSKEY 257 3 13 abc= def=`. */
export function anchorOfBind({ dnskey }: Anchor): string {
  const [flags, protocol, algorithm, ...key] = dnskey.replace(/^.*DNSKEY\s+/, "").split(/\s+/);
  return `${flags} ${protocol} ${algorithm} "${key.join("")}"`;
}

function signingArgs({ origin, signing }: Zone, key: string): string[] {
  const denial = { nsec: [], nsec3: ["-3", "-"], "nsec3-opt-out": ["-3", "-", "-A"] }[signing!.denial];
  const times = signing!.isExpired === true ? ["-s", "20200101000000", "-e", "20200201000000"] : [];
  const file = `${origin}zone`;
  // -z: one key signs everything. -P: it would refuse the one that has expired. -g: DS records of what was signed before.
  return ["-q", "-z", "-P", "-g", "-o", origin, ...denial, ...times, "-f", `${file}.signed`, file, key];
}

/** Makes a key, and returns the name of its files. */
async function makeKey(keygen: string, { origin, signing }: Zone, folder: string, kind: string[]): Promise<string> {
  const size = signing!.algorithm.startsWith("RSA") ? ["-b", "2048"] : [];
  return (await run(keygen, ["-q", ...kind, "-a", signing!.algorithm, ...size, origin], folder)).trim();
}

async function run(executable: string, args: readonly string[], cwd: string): Promise<string> {
  const output = await new Deno.Command(executable, { args: [...args], cwd }).output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((octets) => new TextDecoder().decode(octets));
  if (output.success) return stdout!;
  throw new Error(`Cannot run ${executable} ${args.join(" ")}: ${stderr}`);
}

/** The one record of a key's file, without the comments above it. */
function recordLine(text: string): string {
  return text.split("\n").find((line) => line.length > 0 && !line.startsWith(";"))!;
}

function rdataOf(text: string, type: string): string {
  return new RegExp(`\\s${type}\\s+(.*)`).exec(text)![1]!.trim();
}
