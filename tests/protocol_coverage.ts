/**
 * Prints every line of docs/protocol.md with the tests that carry its id in their names, and those without:
 * `deno task protocol-coverage`. Exits with 1 when a line that holds today has no test, or a test names an id that is not
 * in the list.
 *
 * @module
 */
// deno-lint-ignore-file no-console

/** A line of the list. */
interface Line {
  readonly id: string;
  readonly level: string;
  readonly text: string;
  /** What it waits for; empty for a line that holds today. */
  readonly later: string;
}

/** A test that carries ids. */
interface Carrier {
  readonly ids: readonly string[];
  /** File and line, and the name or the part of it that stands there. */
  readonly place: string;
}

const ROOT = new URL("../", import.meta.url);
/** A row of one of the tables: id, level, text, mark. Heads and rules have no level. */
const ROW = /^\| (\w+) +\| ([MSRd]) +\| (.*?) +\| ?(.*?) *\|$/;
/** `[1035_04]`, `[1035_04, 1035_05]`, and nothing that only looks like an index. */
const ID = /(?<=\[(?:\w+, )*)((?:[0-9]{4,5}|[0-9]*[a-z]\w*?)_[0-9]{2})(?=(?:, \w+)*\])/g;
/** What stands in quotes on one line: names, and rows that names are made of. */
const LITERAL = /(["'`])(?:(?!\1)[^\\]|\\.)*\1/g;

const lines = readLines(Deno.readTextFileSync(new URL("docs/protocol.md", ROOT)));
const carriers = testFiles("tests").flatMap(readCarriers);
for (const line of lines) console.log(report(line));

const missing = lines.filter((line) => line.later === "" && placesOf(line).length === 0);
const unknown = carriers.flatMap(({ ids, place }) => {
  return ids.filter((id) => !lines.some((line) => line.id === id)).map((id) => `${id} (${place})`);
});
console.log(`\n${summary()}`);
if (missing.length > 0) console.log(`Without a test: ${missing.map((line) => line.id).join(" ")}`);
if (unknown.length > 0) console.log(`Not in the list: ${unknown.join(", ")}`);
if (missing.length + unknown.length > 0) Deno.exit(1);

function readLines(page: string): Line[] {
  const rows = page.split("\n").map((row) => ROW.exec(row)).filter((row) => row !== null);
  const found = rows.map(([, id, level, text, later]) => ({ id: id!, level: level!, text: text!, later: later! }));
  const repeated = found.find((line, i) => found.findIndex(({ id }) => id === line.id) !== i);
  if (repeated !== undefined) throw new Error(`Cannot read docs/protocol.md: id ${repeated.id} is there twice`);
  return found;
}

function testFiles(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].sort((a, b) => a.name < b.name ? -1 : 1).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return testFiles(path);
    return path.endsWith("_test.ts") ? [path] : [];
  });
}

function readCarriers(path: string): Carrier[] {
  return Deno.readTextFileSync(new URL(path, ROOT)).split("\n").flatMap((line, i) => {
    const literals = line.trimStart().startsWith("//") ? [] : line.match(LITERAL) ?? [];
    return literals.map((literal) => ({
      ids: [...literal.matchAll(ID)].map(([, id]) => id!),
      place: `${path}:${i + 1} ${literal.slice(1, -1)}`,
    })).filter(({ ids }) => ids.length > 0);
  });
}

function placesOf({ id }: Line): string[] {
  return carriers.filter(({ ids }) => ids.includes(id)).map(({ place }) => place);
}

function report(line: Line): string {
  const places = placesOf(line);
  const state = places.length > 0 ? "tested " : line.later === "" ? "MISSING" : "later  ";
  const mark = line.later === "" ? "" : ` (later: ${line.later})`;
  return [`${state} ${line.id.padEnd(13)} ${line.level} ${line.text}${mark}`, ...places].join("\n          ");
}

function summary(): string {
  const tested = lines.filter((line) => placesOf(line).length > 0).length;
  const later = lines.filter((line) => line.later !== "" && placesOf(line).length === 0).length;
  return `${lines.length} lines: ${tested} tested, ${later} for later, ${missing.length} without a test`;
}
