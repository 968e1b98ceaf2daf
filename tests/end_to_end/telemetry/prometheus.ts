/** What a tool has found. */
export interface ToolResult {
  readonly exitCode: number;
  /** Both of its outputs. */
  readonly output: string;
}

/** Runs `promtool` with text for its input. */
export type Promtool = (args: readonly string[], input?: string) => Promise<ToolResult>;

/** Prometheus's own tool; `null` where it is not installed, or may not be run. */
export function promtool(): Promtool | null {
  const path = found("promtool");
  if (path === null) return null;
  return async (args, input = "") => {
    const child = new Deno.Command(path, { args: [...args], stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { exitCode: code, output: decoder.decode(stdout) + decoder.decode(stderr) };
  };
}

/** Where a program of Debian's is installed; `null` when it is not, or may not be looked for. */
export function found(name: string): string | null {
  for (const folder of ["/usr/bin", "/usr/local/bin"]) {
    const path = `${folder}/${name}`;
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch {
      // Not there, or nobody may look.
    }
  }
  return null;
}
