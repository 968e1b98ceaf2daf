import { type Advice, adviceOn } from "./advice.ts";
import type { Config, FullConfig } from "./config.ts";
import { invalid } from "./readers.ts";
import type { Given, Setting } from "./setting.ts";
import { withBootstrap } from "../upstream/endpoint.ts";
import { configOf, SETTINGS } from "./settings.ts";
import { FAST_PATH } from "./settings/fast_path.ts";

/** A configuration, and what there is to say about it. */
export interface ReadConfig extends Advice {
  /** What was given, and the defaults of the rest. */
  readonly config: FullConfig;
}

/**
 * Makes a configuration of all that a source gives.
 *
 * @param given Of each setting that is no list one value at most.
 * @param spell How messages name a setting that is not given, in the words of the source.
 * @throws {UsageError} for a path that no setting has, a value that cannot be used, or values that do not go together.
 */
export function readConfig(given: readonly Given[], spell: (setting: Setting<unknown>) => string): ReadConfig {
  const givenAt = Map.groupBy(given, ({ path }) => path);
  const paths = new Set(Object.values(SETTINGS).map(({ path }) => path));
  paths.add(FAST_PATH.path);
  const stray = given.find(({ path }) => !paths.has(path));
  if (stray !== undefined) throw invalid(stray, `there is no setting ${stray.path}`);
  const read = configOf((field) => {
    const setting: Setting<Config[typeof field]> = SETTINGS[field];
    const values = givenAt.get(setting.path);
    return values === undefined ? setting.default : setting.reader.read(values);
  });
  const { bootstrap } = read;
  const config = { ...read, upstreams: read.upstreams.map((upstream) => withBootstrap(upstream, bootstrap)) };
  const advice = adviceOn(config, {
    isGiven: (field) => givenAt.has(SETTINGS[field].path),
    whereOf: (field, i = 0) => {
      const setting: Setting<unknown> = SETTINGS[field];
      return givenAt.get(setting.path)?.[i]?.where ?? spell(setting);
    },
  });
  const ways = givenAt.has(FAST_PATH.path) ? { hasFastPath: FAST_PATH.reader.read(givenAt.get(FAST_PATH.path)!) } : {};
  return { config: { ...config, policy: null, ...ways }, ...advice };
}
