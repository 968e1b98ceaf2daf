import type { ListOrder, ListReport } from "../../lists/compile/orders.ts";
import { CompileError } from "../../lists/compile/list_compiler.ts";
import { lowerPriority } from "../../native/lower_priority.ts";
import { linesOf } from "../process/lines.ts";

/** The program's only argument when it compiles lists. Nobody gives it by hand: the order comes through standard input. */
export const COMPILE_ARGUMENT = "compile-lists";

/** What the process tells at its end. */
type Outcome = { readonly report: ListReport } | { readonly error: string };

/**
 * Starts the program once more to do what an order says: what it needs of memory and time is another process's. It may read
 * files, and write where it is told to.
 *
 * @param mainModule The URL of main.ts, or of what it was bundled into.
 * @throws {CompileError} when it could not be done, with the reason.
 */
export async function compileInProcess(mainModule: string, order: ListOrder): Promise<ListReport> {
  const args = processArgs(mainModule, order);
  const io = { stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
  const child = new Deno.Command(Deno.execPath(), { args, ...io }).spawn();
  // Its work is for the next hours; answers are for now.
  lowerPriority(child.pid);
  const writer = child.stdin.getWriter();
  // Kept open: its end is the end of whoever has given the order.
  const writing = writer.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`)).catch(() => {});
  let outcome: Outcome | null = null;
  for await (const line of linesOf(child.stdout)) outcome = JSON.parse(line) as Outcome;
  const { code, signal } = await child.status;
  await writing;
  await writer.abort().catch(() => {});
  if (outcome === null) throw new CompileError(`its process has ended (${signal ?? `exit code ${code}`})`);
  if ("error" in outcome) throw new CompileError(outcome.error);
  return outcome.report;
}

/** The side of the process that compiles. Resolves to the exit code. */
export async function compileForParent(): Promise<number> {
  const lines = linesOf(Deno.stdin.readable);
  const { value, done } = await lines.next();
  if (done) return 0;
  const outcome = outcomeOf(JSON.parse(value) as ListOrder).then(tell);
  // Nobody waits for what comes of it when there is no parent any more.
  await Promise.race([outcome, lines.next()]);
  return 0;
}

async function outcomeOf(order: ListOrder): Promise<Outcome> {
  try {
    const { compileAlone } = await import("./compile_here.ts");
    return { report: await compileAlone(order) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : `${error}` };
  }
}

function tell(outcome: Outcome): void {
  try {
    Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(outcome)}\n`));
  } catch {
    // There is no parent any more.
  }
}

function processArgs(mainModule: string, order: ListOrder): string[] {
  if (Deno.build.standalone) return [COMPILE_ARGUMENT];
  const folder = order.kind === "compile" ? order.folder : order.copyTo?.replace(/\/[^/]*$/, "");
  const permissions = ["--no-prompt", "--allow-read"];
  // A comma in a path is written twice.
  if (folder !== undefined) permissions.push(`--allow-write=${folder.replaceAll(",", ",,")}`);
  // A bundle has its packages in itself; a deno.json somewhere above it is another program's.
  const config = mainModule.endsWith(".ts") ? [] : ["--no-config", "--no-lock", "--unstable-net"];
  return ["run", ...permissions, ...config, mainModule, COMPILE_ARGUMENT];
}
