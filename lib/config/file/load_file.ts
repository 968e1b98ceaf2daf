import { listenText } from "../../server/listen/listen.ts";
import { DEFAULT_LISTEN } from "../config.ts";
import type { ConfigIo, ConfigSource, LoadedConfig } from "../loaded_config.ts";
import { type ReadConfig, readConfig } from "../read_config.ts";
import type { Given } from "../setting.ts";
import { SETTINGS } from "../settings.ts";
import { UsageError } from "../usage_error.ts";
import { checkPolicy } from "./checks/check_policy.ts";
import { checkShape } from "./check_shape.ts";
import { lineOf, type Mark, markAt } from "./mark.ts";
import { ConfigError, inOrder, type Problem, problemAt } from "./problem.ts";
import { readFiles, relativeTo } from "./read_files.ts";
import { readSecrets } from "./read_secrets.ts";
import type { FileListener, FileTables } from "./schema/tables.ts";
import type { PolicySource } from "./policy_source.ts";
import { toPolicy } from "./to_policy.ts";

/** Settings that are relative to the file in which they stand. */
const PATHS: readonly string[] = [SETTINGS.certificates.path, SETTINGS.keys.path];

/** See `loadConfig`. */
export async function loadFile({ file, given }: ConfigSource, io: ConfigIo): Promise<LoadedConfig> {
  const problems: Problem[] = [];
  const { toml, files, paths, folders } = await readFiles(file, io, problems);
  const fail = () => new ConfigError(file, inOrder(problems, files));
  const tables = toml && checkShape(toml.value, toml.marks, problems);
  if (tables === null || problems.length > 0) throw fail();
  const { marks } = toml!;
  const pathIn = (where: string, path: string) => io.absolutePath(relativeTo(where, path));
  const all = withFlags(settingsIn(tables, marks, pathIn), given);
  const { config, warnings, plainWarnings } = readSettings(all, marks, problems);
  const { tokens, warnings: secretWarnings } = await readSecrets(tables, marks, { files: io.files, pathIn }, problems);
  const policy = toPolicy({ tables, marks, config, tokens, pathIn });
  const further = checkPolicy({ policy, tables, marks, listen: config.listen ?? DEFAULT_LISTEN, config }, problems);
  if (problems.length > 0) throw fail();
  return {
    config: { ...config, policy },
    warnings: [...warnings, ...secretWarnings, ...further],
    plainWarnings,
    files: paths,
    watched: [...paths, ...folders],
    places: placesOf(all, marks),
  };
}

/** What the file says of the settings in the table, in the words of flags. */
function settingsIn(tables: FileTables, marks: Mark, pathIn: PolicySource["pathIn"]): Given[] {
  return Object.values(SETTINGS).flatMap(({ path }) => {
    const value = path.split(".").reduce<unknown>(
      (table, key) => (table as Record<string, unknown> | undefined)?.[key],
      tables,
    );
    if (value === undefined) return [];
    const pathAt = (one: string, i: number) => {
      return pathIn(markAt(marks, [...path.split("."), i]).mark.source.file, one);
    };
    const texts = path === SETTINGS.listen.path
      ? (value as readonly FileListener[]).map(({ listen }, i) => {
        return listenText({ ...listen, clientCa: listen.clientCa && pathAt(listen.clientCa, i) });
      })
      : PATHS.includes(path)
      ? (value as readonly string[]).map(pathAt)
      : value as readonly string[];
    return texts.map((text, i) => ({ path, text, where: texts.length === 1 ? path : `${path}[${i + 1}]` }));
  });
}

function withFlags(inFile: readonly Given[], given: readonly Given[]): Given[] {
  const flagged = new Set(given.map(({ path }) => path));
  return [...inFile.filter(({ path }) => !flagged.has(path)), ...given];
}

/** What is wrong with flags is thrown; what is wrong with the file is a problem of it, and left out. */
function readSettings(given: readonly Given[], marks: Mark, problems: Problem[]): ReadConfig {
  try {
    return readConfig(given, ({ path }) => path);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const mark = error.where === null ? null : markOf(error.where, marks);
    if (mark === null) throw error;
    problems.push(problemAt(mark, error.reason));
    return readSettings(given.filter(({ where }) => where !== error.where), marks, problems);
  }
}

/** The mark of a setting by its path, `upstreams.default.servers[2]`; `null` for what the file does not say. */
function markOf(where: string, marks: Mark): Mark | null {
  const keys = [...where.matchAll(/([a-z-]+)|\[(\d+)\]/g)].map(([, key, number]) => key ?? Number(number) - 1);
  const { mark, isWhole } = markAt(marks, keys);
  if (!isWhole) return null;
  // The only one of a list goes by the list's name.
  return Array.isArray(mark.children) && mark.children.length === 1 ? mark.children[0]! : mark;
}

/** Where everything was given that is no part of a list. */
function placesOf(given: readonly Given[], marks: Mark): Map<string, string> {
  const places = new Map(placesBelow(marks));
  for (const { path, where } of given) if (where.startsWith("--")) places.set(path, where);
  return places;
}

function* placesBelow({ children }: Mark): Generator<[string, string]> {
  if (!(children instanceof Map)) return;
  for (const mark of children.values()) {
    const { path, source, key, value } = mark;
    yield [path, `${source.file}:${lineOf(source, (key ?? value).start).line}`];
    yield* placesBelow(mark);
  }
}
