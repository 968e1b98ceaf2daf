import { typeToText } from "../../lib/wire/iana.ts";
import { anchorOfBind } from "./sign_tree.ts";
import type { Behind, RunningValidator, Status, Verdict } from "./validator.ts";

const PATIENCE_MS = 20_000;

/** `delv`, which validates one question and ends. */
export function delv(executable: string, { upstream, channel, anchor, folder }: Behind): Promise<RunningValidator> {
  const anchorFile = `${folder}/anchor.conf`;
  Deno.writeTextFileSync(anchorFile, `trust-anchors { . static-key ${anchorOfBind(anchor)}; };\n`);
  const common = ["-a", anchorFile, "+root=.", `@${upstream.hostname}`, "-p", `${upstream.port}`];
  const way = channel === "tcp" ? ["+tcp"] : [];
  return Promise.resolve({
    judge: async ({ name, type }) => {
      const args = [...common, ...way, "-q", name, "-t", typeToText(type)];
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const { stdout, stderr } = await new Deno.Command(executable, { args, signal }).output();
      return toVerdict([stdout, stderr].map((octets) => new TextDecoder().decode(octets)).join("\n"));
    },
    // Nothing of it goes on after a question.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

function toVerdict(text: string): Verdict {
  const lines = text.split("\n");
  const failure = lines.find((line) => line.startsWith(";; resolution failed"));
  // Every record that it prints: those of a negative answer are comments.
  const records = lines.filter((line) => line !== "" && !line.startsWith(";")).map(normal).sort();
  const verdicts = lines.filter((line) => /^; (negative response, )?(fully validated|unsigned answer)/.test(line));
  return { status: statusOf(verdicts, failure), answer: [failure ?? "", ...verdicts, ...records].join("\n") };
}

/** An answer is as secure as the weakest of its record sets. */
function statusOf(verdicts: readonly string[], failure: string | undefined): Status {
  // "ncache nxdomain" and "ncache nxrrset" are negative answers; the rest of them it could not validate.
  if (failure !== undefined && !failure.includes("ncache")) return "bogus";
  if (verdicts.length === 0) return "none";
  return verdicts.every((line) => line.includes("fully validated")) ? "secure" : "insecure";
}

/** The record without its TTL; how an owner is spelt is up to each cache on the way. */
function normal(line: string): string {
  return line.replace(/^(\S+)\s+\d+\s+/, (_, owner: string) => `${owner.toLowerCase()} `);
}
