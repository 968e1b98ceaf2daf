import { typeToText } from "../../lib/wire/iana.ts";
import { table } from "../../bench/common/table.ts";
import type { Round } from "./rounds.ts";
import type { Question, Verdict } from "./validator.ts";

/** What one validator said, without us and in each round through us. */
export interface Column {
  readonly direct: Round;
  readonly ours: readonly Round[];
}

/** A question whose verdict or answer is another one through us. */
interface Difference {
  readonly question: Question;
  readonly validator: string;
  readonly ways: readonly string[];
  /** How many ways there were. */
  readonly rounds: number;
  readonly direct: Verdict;
  readonly through: Verdict;
}

/** What came out. */
export interface Report {
  /** Everything but the last line. */
  readonly text: string;
  readonly lastLine: string;
  readonly isGood: boolean;
}

/** Compares what validators say through us with what they say directly, and that with what is meant. */
export function report(questions: readonly Question[], columns: readonly Column[]): Report {
  const differences = columns.flatMap((column) => differencesOf(questions, column));
  const misunderstandings = columns.flatMap(({ direct }) => misunderstood(questions, direct));
  const verdicts = columns.reduce((sum, { direct, ours }) => {
    return sum + ours.length * questions.filter((question, i) => expectation(question, direct.verdicts[i])).length;
  }, 0);
  const wrong = differences.reduce((sum, { ways }) => sum + ways.length, 0);
  return {
    text: [
      kindTable(questions, columns),
      ...ownAnswers(questions, columns),
      ...misunderstandings.map((line) => `the tree is not what was meant: ${line}`),
      ...differences.map(differenceText),
    ].join("\n"),
    lastLine: `${questions.length} questions, ${verdicts} verdicts through us: ${
      verdicts - wrong
    } as without us, ${wrong} not (${differences.length} questions of ${columns.length} validators)`,
    isGood: wrong === 0 && misunderstandings.length === 0,
  };
}

function differencesOf(questions: readonly Question[], { direct, ours }: Column): Difference[] {
  return questions.flatMap((question, i) => {
    const expected = expectation(question, direct.verdicts[i]);
    if (expected === undefined) return [];
    const others = ours.filter(({ verdicts }) => !isSame(verdicts[i]!, expected));
    if (others.length === 0) return [];
    const validator = direct.validator.name;
    const through = others[0]!.verdicts[i]!;
    const ways = others.map(({ way }) => way);
    return [{ question, validator, ways, rounds: ours.length, direct: expected, through }];
  });
}

/**
 * What has to come out through us. `undefined`: nothing has to, because the answer is our own, or because the validator
 * takes good answers for forged without us as well.
 */
function expectation({ meant, isOurs = false }: Question, direct: Verdict | undefined): Verdict | undefined {
  if (isOurs) return undefined;
  return direct?.status === "bogus" && meant !== "bogus" ? undefined : direct;
}

/** What comes with a failure is not for clients. */
function isSame(a: Verdict, b: Verdict): boolean {
  return a.status === b.status && (a.status === "bogus" || a.answer === b.answer);
}

function misunderstood(questions: readonly Question[], { validator, verdicts }: Round): string[] {
  if (!validator.isJudge) return [];
  return questions.flatMap((question, i) => {
    const { status } = verdicts[i]!;
    if (status === question.meant) return [];
    return [`${validator.name} says ${status} of ${questionText(question)}, which is meant to be ${question.meant}`];
  });
}

/** Rows are kinds of names; a cell counts verdicts that are the same through us. */
function kindTable(questions: readonly Question[], columns: readonly Column[]): string {
  const kinds = [...new Set(questions.map(({ kind }) => kind))];
  const rows = kinds.map((kind) => [kind, ...columns.map((column) => cell(questions, column, kind))]);
  return table([["Names", ...columns.map(({ direct }) => direct.validator.name)], ...rows]);
}

/** What became of the answers that are ours. */
function ownAnswers(questions: readonly Question[], columns: readonly Column[]): string[] {
  return columns.map(({ direct, ours }) => {
    const statuses = questions.flatMap(({ isOurs = false }, i) =>
      isOurs ? ours.map((it) => it.verdicts[i]!.status) : []
    );
    const counts = [...new Set(statuses)].map((status) => `${statuses.filter((it) => it === status).length} ${status}`);
    return `${direct.validator.name}, of names that exist only here (not judged): ${counts.join(", ")}`;
  });
}

function cell(questions: readonly Question[], { direct, ours }: Column, kind: string): string {
  let [all, same] = [0, 0];
  for (const [i, question] of questions.entries()) {
    const expected = expectation(question, direct.verdicts[i]);
    if (question.kind !== kind || expected === undefined) continue;
    all += ours.length;
    same += ours.filter(({ verdicts }) => isSame(verdicts[i]!, expected)).length;
  }
  if (all === 0) return "–";
  return same === all ? `${all}` : `**${same} of ${all}**`;
}

function differenceText({ question, validator, ways, rounds, direct, through }: Difference): string {
  const status = `${validator}: ${questionText(question)} is ${through.status}, directly ${direct.status}`;
  const answers = through.answer === direct.answer ? [] : [
    `  directly:   ${oneLine(direct.answer)}`,
    `  through us: ${oneLine(through.answer)}`,
  ];
  return [`${status} (${ways.length === rounds ? "always" : ways.join(", ")})`, ...answers].join("\n");
}

function questionText({ name, type, checkingDisabled = false }: Question): string {
  return `${name} ${typeToText(type)}${checkingDisabled ? " with CD" : ""}`;
}

const LINE_LENGTH_MAX = 400;

function oneLine(answer: string): string {
  const line = answer.replaceAll("\n", "; ");
  return line.length > LINE_LENGTH_MAX ? `${line.slice(0, LINE_LENGTH_MAX)} …` : line;
}
