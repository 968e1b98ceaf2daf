import type { ExplainedFact, Explanation } from "./explanation.ts";

/** Names and addresses are longer than this only where they must be. */
const WHAT_WIDTH_MAX = 44;
const SUBJECT_WIDTH = 10;

/** An explanation for a terminal: a numbered line for each step, and what comes of them in the last one. */
export function explanationText({ question, steps, outcome }: Explanation): string {
  const facts = steps.flatMap(({ facts }) => facts);
  const width = Math.min(WHAT_WIDTH_MAX, Math.max(...facts.map(({ what }) => what.length)));
  const line = (mark: string, subject: string, { what, detail }: ExplainedFact) => {
    return `${mark.padStart(2)}  ${subject.padEnd(SUBJECT_WIDTH)} ${what.padEnd(width)}  ${detail}`.trimEnd();
  };
  const lines = steps.flatMap(({ subject, facts }, i) => {
    return facts.map((fact, j) => j === 0 ? line(`${i + 1}`, subject, fact) : line("", "", fact));
  });
  if (outcome !== null) {
    const { rcode, elapsedMs, because } = outcome;
    lines.push(line("=", rcode, { what: `${elapsedMs.toFixed(1)} ms`, detail: because }));
  }
  return [question, ...lines].map((text) => `${text}\n`).join("");
}
