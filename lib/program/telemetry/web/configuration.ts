import { FileError } from "../../../base/files.ts";
import { ConfigError, problemLines } from "../../../config/file/problem.ts";
import { configSections } from "../../../config/file/print/config_sections.ts";
import { tomlText, valueText } from "../../../config/file/print/sections.ts";
import { settingValue } from "../../../config/file/print/setting_value.ts";
import { loadConfig } from "../../../config/load_config.ts";
import type { FullConfig } from "../../../config/config.ts";
import type { ConfigIo, ConfigSource } from "../../../config/loaded_config.ts";
import { aboutInFile, type Setting } from "../../../config/setting.ts";
import { FIELDS, SETTINGS } from "../../../config/settings.ts";
import { UsageError } from "../../../config/usage_error.ts";
import { changesBetween } from "../../../reload/changes/changes.ts";
import { type Outcome, outcomeText } from "../../../reload/outcome.ts";
import type { ConfigAnswer, ConfigCheckAnswer, ReloadAnswer } from "../../../web/api/answers.ts";
import type { ApiConfiguration } from "../../../web/api/context.ts";
import type { InForce } from "../../reloads.ts";

/** The file that is checked has no other name where there is no file. */
const NO_FILE = "/config.toml";

/** What is in force, for who looks: loaded with whatever reads files, when somebody looks. */
export function configurationOf(inForce: () => InForce, io: ConfigIo): ApiConfiguration {
  return {
    get canReload() {
      return inForce().source !== null;
    },
    read: () => Promise.resolve(configAnswer(inForce())),
    check: (text) => check(text, inForce(), io),
    changes: () => changesIn(inForce(), io),
    told: (outcome) => told(outcome as Outcome),
  };
}

function configAnswer({ config, files, places, warnings }: InForce): ConfigAnswer {
  return {
    files,
    settings: FIELDS.map((field) => {
      const setting: Setting<unknown> = SETTINGS[field];
      const { path, isReloadable } = setting;
      const value = settingValue(field, config);
      const from = places.get(path) ?? null;
      return {
        path,
        value: value === null ? "" : valueText(value),
        from,
        isReloadable,
        help: aboutInFile(setting).join(" "),
      };
    }),
    text: tomlText(configSections(config, { places, withDefaults: false })),
    warnings,
  };
}

/**
 * Reads a text as if it stood in the file that is in force. It is somebody's who may change what the program does, and may not see
 * whatever the program may see: no files are read but those that are in force, and no variables.
 */
async function check(text: string, { config, files, source }: InForce, io: ConfigIo): Promise<ConfigCheckAnswer> {
  const file = source?.file ?? NO_FILE;
  const tokens = (config.policy?.lists ?? []).flatMap(({ token }) => token === null ? [] : [token.file]);
  return await compare(
    config,
    { file, given: source?.given ?? [] },
    pastedIo(text, io.absolutePath(file), [...files, ...tokens], io),
  );
}

/** The file as it is now, read as a reload would. */
async function changesIn({ config, source }: InForce, io: ConfigIo): Promise<ConfigCheckAnswer> {
  return await compare(config, source ?? { file: NO_FILE, given: [] }, io);
}

async function compare(config: FullConfig, source: ConfigSource, io: ConfigIo): Promise<ConfigCheckAnswer> {
  try {
    const loaded = await loadConfig(source, io);
    const { followed, needsRestart } = changesBetween(config, loaded.config);
    return { isGood: true, problems: [], warnings: loaded.warnings, changes: followed, needsRestart };
  } catch (error) {
    const none = { isGood: false, warnings: [], changes: [], needsRestart: [] };
    if (error instanceof ConfigError) {
      return { ...none, problems: error.problems.map((problem) => problemLines(problem).join("\n")) };
    }
    if (error instanceof UsageError) return { ...none, problems: [error.message] };
    throw error;
  }
}

function pastedIo(text: string, path: string, inForce: readonly string[], { files, absolutePath }: ConfigIo): ConfigIo {
  const octets = new TextEncoder().encode(text);
  const own = { kind: "file", sizeOctets: octets.length, modifiedMs: null, version: "", isPublic: false } as const;
  const allowed = (other: string) => {
    if (inForce.includes(other)) return;
    throw new FileError(
      "a text that is only checked leads to no files but those in force; dns-forwarder check-config reads all",
    );
  };
  return {
    absolutePath,
    variable: () => {
      throw new UsageError("a text that is only checked gets no variables; dns-forwarder check-config knows them");
    },
    files: {
      stat: (other) => {
        if (other === path) return Promise.resolve(own);
        return inForce.includes(other) ? files.stat(other) : Promise.resolve(null);
      },
      read: async (other, octetsMax) => {
        if (other === path) return octets;
        allowed(other);
        return await files.read(other, octetsMax);
      },
      statNow: (other) => other === path ? own : inForce.includes(other) ? files.statNow(other) : null,
      readNow: (other, octetsMax) => {
        if (other === path) return octets;
        allowed(other);
        return files.readNow(other, octetsMax);
      },
      pieces: (other) => {
        allowed(other);
        return files.pieces(other);
      },
      // That there is no such folder is not told either.
      list: async (folder) => {
        const names = await files.list(folder).catch(() => []);
        return names.filter((name) => inForce.includes(`${folder}/${name}`));
      },
    },
  };
}

function told(outcome: Outcome): ReloadAnswer {
  return {
    kind: outcome.kind,
    text: outcomeText(outcome),
    changes: outcome.kind === "applied" ? outcome.changes : [],
    needsRestart: "needsRestart" in outcome ? outcome.needsRestart : [],
    warnings: outcome.kind === "applied" ? outcome.warnings : [],
    problems: outcome.kind === "rejected" ? outcome.problems : [],
  };
}
