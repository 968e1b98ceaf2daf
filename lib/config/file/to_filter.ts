import {
  type BlockRule,
  DEFAULT_ANSWERS,
  DEFAULT_BLOCK,
  DEFAULT_DNS64,
  DEFAULT_LIST,
  type Dns64Config,
  type ListConfig,
  type ScheduleConfig,
  type ScheduleWindow,
} from "../lists.ts";
import type { NO_FILTER } from "../policy.ts";
import { type Mark, markAt, placeOf } from "./mark.ts";
import type { PolicySource } from "./policy_source.ts";
import type { FileBlockRule, FileList, FileSchedule } from "./schema/filter/filter_tables.ts";

/** Who says no days means all. */
const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6];
const WHOLE_DAY = { fromMinute: 0, toMinute: 1440 };

/** What a file says of lists, of times and of what may be in answers. */
export function toFilter(source: PolicySource): typeof NO_FILTER {
  const { lists = {}, schedules = {}, block = {}, answers = {} } = source.tables;
  return {
    lists: Object.entries(lists).map(([name, list]) => toList(name, list, source)),
    schedules: Object.entries(schedules).map(([name, windows]) => toSchedule(name, [windows].flat(), source.marks)),
    block: {
      answer: block.answer ?? DEFAULT_BLOCK.answer,
      ttlSeconds: block.ttl ?? DEFAULT_BLOCK.ttlSeconds,
      explain: block.explain ?? DEFAULT_BLOCK.explain,
      checksAnswers: block["check-answers"] ?? DEFAULT_BLOCK.checksAnswers,
    },
    answers: {
      rebindingProtection: answers["rebinding-protection"] ?? DEFAULT_ANSWERS.rebindingProtection,
      privateNames: answers["private-names"] ?? DEFAULT_ANSWERS.privateNames,
      dropTypes: answers["drop-types"] ?? DEFAULT_ANSWERS.dropTypes,
      isFlat: answers.flatten ?? DEFAULT_ANSWERS.isFlat,
    },
    dns64: toDns64(source.tables),
  };
}

/** A group that says it wants it has it, whether or not there is more to be said. */
function toDns64({ dns64, clients = {} }: PolicySource["tables"]): Dns64Config | null {
  if (dns64 === undefined && !Object.values(clients).some((group) => group.dns64 === true)) return null;
  const { prefix = DEFAULT_DNS64.prefix, exclude = DEFAULT_DNS64.exclude, clients: names = null } = dns64 ?? {};
  return { prefix, exclude, clients: names };
}

/** What a client group says with `block` or `allow`, which stand at `mark`. */
export function toBlockRules(rules: readonly FileBlockRule[] | undefined, mark: Mark): BlockRule[] {
  return (rules ?? []).map(({ lists, schedule = null, except = [] }, i) => {
    return { lists, schedule, except, place: placeOf(markAt(mark, [i]).mark) };
  });
}

function toList(name: string, list: FileList, { marks, tokens, pathIn }: PolicySource): ListConfig {
  const { mark } = markAt(marks, ["lists", name]);
  const sources = (list.sources ?? []).map((text, i) => {
    return isUrl(text) ? { url: text } : { file: pathIn(markAt(mark, ["sources", i]).mark.source.file, text) };
  });
  return {
    name,
    sources,
    names: list.names ?? [],
    format: list.format ?? DEFAULT_LIST.format,
    coversBelow: list.subdomains ?? null,
    types: list.types ?? null,
    refreshMs: list.refresh ?? DEFAULT_LIST.refreshMs,
    maxSizeOctets: list["max-size"] ?? DEFAULT_LIST.maxSizeOctets,
    maxErrorsShare: list["max-errors"] ?? DEFAULT_LIST.maxErrorsShare,
    minNames: list["min-names"] ?? DEFAULT_LIST.minNames,
    maxShrinkShare: list["max-shrink"] ?? DEFAULT_LIST.maxShrinkShare,
    isImportant: list.important ?? false,
    answer: list.answer ?? null,
    reason: list.reason ?? DEFAULT_LIST.reason,
    via: list.via ?? null,
    token: tokens.get(name) ?? null,
    place: placeOf(mark),
  };
}

function isUrl(source: string): boolean {
  return /^https?:\/\//.test(source);
}

function toSchedule(name: string, windows: readonly FileSchedule[], marks: Mark): ScheduleConfig {
  const all = windows.flatMap(({ days = ALL_DAYS, times = [WHOLE_DAY], "time-zone": timeZone = null }) => {
    return times.map((time): ScheduleWindow => ({ days, ...time, timeZone }));
  });
  return { name, windows: all, place: placeOf(markAt(marks, ["schedules", name]).mark) };
}
