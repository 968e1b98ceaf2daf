import { MIB } from "../../../base/units.ts";
import { typeToText } from "../../../wire/iana.ts";
import {
  type BlockRule,
  DEFAULT_ANSWERS,
  DEFAULT_BLOCK,
  DEFAULT_DNS64,
  DEFAULT_LIST,
  type ListConfig,
  type ScheduleConfig,
  type ScheduleWindow,
} from "../../lists.ts";
import type { Policy } from "../../policy.ts";
import { DAYS } from "../schema/filter/schedules.ts";
import { quantityToText } from "../schema/quantity.ts";
import { patternText } from "./pattern_text.ts";
import type { MakeSection, Row, Section, TomlValue } from "./sections.ts";

/** What a configuration says of lists, of times and of what may be in answers. */
export function filterSections({ lists, schedules, block, answers, dns64 }: Policy, section: MakeSection): Section[] {
  return [
    ...lists.map((list) => section(["lists", list.name], false, list.place, listRows(list))),
    ...schedules.flatMap((schedule) => scheduleSections(schedule, section)),
    section(["block"], false, null, [
      ["answer", block.answer, DEFAULT_BLOCK.answer],
      ["ttl", quantityToText(block.ttlSeconds, "seconds"), quantityToText(DEFAULT_BLOCK.ttlSeconds, "seconds")],
      ["explain", block.explain, DEFAULT_BLOCK.explain],
      ["check-answers", block.checksAnswers, DEFAULT_BLOCK.checksAnswers],
    ]),
    section(["answers"], false, null, [
      ["rebinding-protection", answers.rebindingProtection, DEFAULT_ANSWERS.rebindingProtection],
      ["private-names", answers.privateNames.map(patternText), []],
      ["drop-types", answers.dropTypes.map(typeToText), []],
      ["flatten", answers.isFlat, DEFAULT_ANSWERS.isFlat],
    ]),
    ...dns64 === null ? [] : [section(["dns64"], false, null, [
      ["prefix", dns64.prefix, null],
      ["exclude", dns64.exclude, DEFAULT_DNS64.exclude],
      ["clients", dns64.clients, null],
    ])],
  ];
}

/** What a group blocks or allows, in its shortest form. */
export function ruleValue({ lists, schedule, except }: BlockRule): TomlValue {
  const isPlain = schedule === null && except.length === 0;
  if (isPlain && lists === "*") return lists;
  if (isPlain && lists.length === 1) return lists[0]!;
  return { lists, ...(schedule !== null && { schedule }), ...(except.length > 0 && { except }) };
}

function listRows(list: ListConfig): Row[] {
  return [
    ["sources", someOf(list.sources.map((source) => "url" in source ? source.url : source.file)), null],
    ["names", someOf(list.names), null],
    ["format", list.format, DEFAULT_LIST.format],
    ["subdomains", list.coversBelow, null],
    ["types", list.types?.map(typeToText) ?? null, null],
    ["refresh", quantityToText(list.refreshMs, "ms"), quantityToText(DEFAULT_LIST.refreshMs, "ms")],
    ["max-size", sizeText(list.maxSizeOctets), sizeText(DEFAULT_LIST.maxSizeOctets)],
    ["max-errors", percentText(list.maxErrorsShare), percentText(DEFAULT_LIST.maxErrorsShare)],
    ["min-names", list.minNames, DEFAULT_LIST.minNames],
    ["max-shrink", percentText(list.maxShrinkShare), percentText(DEFAULT_LIST.maxShrinkShare)],
    ["important", list.isImportant, false],
    ["answer", list.answer, null],
    ["reason", list.reason, DEFAULT_LIST.reason],
    ["via", list.via, null],
    // Of a secret, where it is.
    ["token", list.token === null ? null : { file: list.token.file }, null],
  ];
}

/** No file has these without any. */
function someOf(texts: readonly string[]): readonly string[] | null {
  return texts.length === 0 ? null : texts;
}

function sizeText(octets: number): string {
  return quantityToText(octets / MIB, "MiB");
}

function percentText(share: number): string {
  return `${Math.round(share * 100)}%`;
}

/** A table where all windows are on the same days, else one for each run of those that are. */
function scheduleSections({ name, windows, place }: ScheduleConfig, section: MakeSection): Section[] {
  const runs: ScheduleWindow[][] = [];
  for (const window of windows) {
    const run = runs.at(-1);
    if (run !== undefined && isAlike(run[0]!, window)) run.push(window);
    else runs.push([window]);
  }
  return runs.map((run) => section(["schedules", name], runs.length > 1, place, windowRows(run)));
}

function isAlike(a: ScheduleWindow, b: ScheduleWindow): boolean {
  return a.timeZone === b.timeZone && a.days.join() === b.days.join();
}

function windowRows(windows: readonly ScheduleWindow[]): Row[] {
  const { days, timeZone } = windows[0]!;
  return [
    ["days", days.map((day) => DAYS[day]!), DAYS],
    ["times", windows.map(timesText), null],
    ["time-zone", timeZone, null],
  ];
}

function timesText({ fromMinute, toMinute }: ScheduleWindow): string {
  return [fromMinute, toMinute].map((minute) => {
    return `${`${Math.floor(minute / 60)}`.padStart(2, "0")}:${`${minute % 60}`.padStart(2, "0")}`;
  }).join("-");
}
