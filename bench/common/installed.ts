/** Where servers are installed even when PATH leaves that out. */
const SERVER_FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** The file of a program, or `null`: not installed. A path stays as it is. */
export function findExecutable(name: string): string | null {
  if (name.startsWith("/")) return name;
  for (const folder of [...(Deno.env.get("PATH") ?? "").split(":"), ...SERVER_FOLDERS]) {
    try {
      if (Deno.statSync(`${folder}/${name}`).isFile) return `${folder}/${name}`;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

/** What to say of a program that is not there. */
export function notInstalled(name: string, debianPackage: string | null): string {
  return `${name} is not installed; on Debian: apt-get install ${debianPackage}`;
}

/** The version of an installed program, as it prints it by itself. */
export async function versionOf(executable: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(executable, { args: [...args] }).output();
  const text = [stdout, stderr].map((octets) => new TextDecoder().decode(octets)).join("\n");
  return /\d+\.\d+(\.\d+)*/.exec(text)?.[0] ?? "unknown version";
}
