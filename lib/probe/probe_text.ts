import { POINT_TEXTS, SPEED_TEXTS } from "./points.ts";
import { choose, percent, type Ranked } from "./rank.ts";
import { type Point, POINTS, type Times } from "./report.ts";

/** Columns between two cells. */
const GAP = "  ";

/** What was found, for people: tables of at most 80 columns where names of servers are short, what speaks against whom, what to do. */
export function probeText(ranked: readonly Ranked[]): string {
  // What it takes to ask it stands where it is to be written down.
  const names = ranked.map(({ server }, i) => `${i + 1} ${server.replace(/\?.*/, "")}`);
  const speeds = table(
    [
      "SERVER",
      `${SPEED_TEXTS.known.head} 50%`,
      "95%",
      `${SPEED_TEXTS.fresh.head} 50%`,
      "95%",
      SPEED_TEXTS.lost.head,
      "USE",
    ],
    ranked.map((server, i) => [
      names[i]!,
      ...times(server.known),
      ...times(server.fresh),
      server.known.count + server.fresh.count === 0 ? "all" : percent(server.lostCount / server.askedCount),
      USE_TEXTS[server.use],
    ]),
    [1, 2, 3, 4, 5],
  );
  const [first, second] = [POINTS.slice(0, 6), POINTS.slice(6)];
  return [
    ...speeds,
    "",
    ...pointTable(ranked, names, first),
    "",
    ...pointTable(ranked, names, second),
    "",
    ...ranked.flatMap(notesOn),
    "Why it counts:",
    ...whys(),
    "",
    ...adviceOn(ranked),
  ].map((line) => `${line}\n`).join("");
}

const USE_TEXTS: Readonly<Record<Ranked["use"], string>> = { good: "good", fair: "see below", bad: "not to be used" };

function times({ medianMs, p95Ms }: Times): string[] {
  return [medianMs, p95Ms].map((ms) => ms === null ? "-" : ms < 10 ? ms.toFixed(1) : ms.toFixed(0));
}

function pointTable(ranked: readonly Ranked[], names: readonly string[], points: readonly Point[]): string[] {
  return table(
    ["SERVER", ...points.map((point) => POINT_TEXTS[point].head)],
    ranked.map(({ findings }, i) => [names[i]!, ...points.map((point) => findings[point].text)]),
    [],
  );
}

/** Rows below their heads, each column as wide as it has to be; those in `right` to the right. */
function table(heads: readonly string[], rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const all = [heads, ...rows];
  const widths = heads.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all.map((row) => {
    const cells = row.map((cell, i) => right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!));
    return cells.join(GAP).trimEnd();
  });
}

function notesOn({ server, operator, use, against, findings, certificate, otherWays }: Ranked, i: number): string[] {
  const notes = new Set(against);
  if (use !== "bad") {
    for (const point of POINTS) {
      const { detail } = findings[point];
      if (detail !== null && (point !== "tls" || certificate !== null)) notes.add(detail);
    }
  }
  if (certificate?.refusal === null && otherWays.length === 0 && !server.includes("://")) {
    notes.add(`it can be asked over TLS as well: tls://${server}`);
  }
  if (notes.size === 0 && operator === null) return [];
  const whose = operator === null ? "" : ` (${operator})`;
  return [`${i + 1} ${server}${whose}${notes.size === 0 ? "" : ":"}`, ...[...notes].map((note) => `  - ${note}`), ""];
}

function whys(): string[] {
  const texts = [...Object.values(SPEED_TEXTS), ...POINTS.map((point) => POINT_TEXTS[point])];
  const width = Math.max(...texts.map(({ head }) => head.length));
  return texts.map(({ head, why }) => `  ${head.padEnd(width)}${GAP}${why}`);
}

/** What to write where. */
function adviceOn(ranked: readonly Ranked[]): string[] {
  const chosen = choose(ranked).map(({ server }) => server);
  if (chosen.length === 0) return ["None of them can be used."];
  return [
    `The best${chosen.length === 1 ? "" : " two"}, on the command line:`,
    `  dns-forwarder ${chosen.map((server) => `--resolver ${quoted(server)}`).join(" ")}`,
    "in a configuration file:",
    "  [upstreams.default]",
    `  servers = [${chosen.map((server) => JSON.stringify(server)).join(", ")}]`,
  ];
}

/** As a shell takes it for one word. */
function quoted(server: string): string {
  return /^[A-Za-z0-9.:/@%_-]+$/.test(server) ? server : `'${server}'`;
}
