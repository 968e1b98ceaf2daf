import type { ScheduleWindow } from "../../../lib/config/lists.ts";
import type { Policy } from "../../../lib/config/policy.ts";
import type { Pause } from "../../../lib/lists/schedule/pause.ts";
import type { Line, Listed } from "../../app/policy/block_law.ts";
import type { ListPlan } from "./list_draw.ts";

/** An edge is met within a second, and timers are late. */
const EDGE_MS = 1100;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** What lists say, and which rules count, at any time. */
export class ListsInForce {
  readonly #plan: Pick<ListPlan, "pauses"> & { readonly sets: readonly SetSays[] };
  readonly #startMs: number;
  /** Of some lists. */
  readonly #known = new Map<readonly Line[], Map<string, readonly Line[]>>();
  readonly #epochSeconds: (ms: number) => number;

  /** @param startMs When the life begins. */
  constructor(
    plan: Pick<ListPlan, "pauses"> & { readonly sets: readonly SetSays[] },
    startMs: number,
    epochSeconds: (ms: number) => number,
  ) {
    this.#plan = plan;
    this.#startMs = startMs;
    this.#epochSeconds = epochSeconds;
  }

  /** All that they may come to for a policy at some time between two moments. */
  between(fromMs: number, toMs: number, policy: Policy): Listed[] {
    const pauses = heldBetween(this.#plan.pauses, fromMs - this.#startMs, toMs - this.#startMs);
    const lines = this.linesBetween(fromMs, toMs, policy);
    const rules = this.#rulesBetween(fromMs, toMs, policy, pauses.map((one) => one?.pauses ?? []));
    return lines.flatMap((one) => rules.map((inForce) => ({ lines: one, inForce })));
  }

  /** What lists may say at some time between two moments, of those that the policy knows. */
  linesBetween(fromMs: number, toMs: number, policy: Policy): (readonly Line[])[] {
    const sets = heldBetween(this.#plan.sets, fromMs - this.#startMs, toMs - this.#startMs);
    const known = new Set(policy.lists.map(({ name }) => name));
    return [...new Set(sets.map((set) => set?.lines ?? NO_LINES))].map((lines) => {
      return this.#known.getOrInsertComputed(lines, () => new Map()).getOrInsertComputed([...known].join(), () => {
        return lines.filter(({ list }) => known.has(list));
      });
    });
  }

  #rulesBetween(
    fromMs: number,
    toMs: number,
    { schedules }: Policy,
    pauses: (readonly Pause[])[],
  ): Listed["inForce"][] {
    const [first, last] = [this.#epochSeconds(fromMs - EDGE_MS), this.#epochSeconds(toMs)];
    const rules = new Map<string, Listed["inForce"]>();
    for (let second = first; second <= last; second++) {
      const open = schedules.filter(({ windows }) => windows.some((window) => isTimeOf(window, second)))
        .map(({ name }) => name);
      for (const all of pauses) {
        const lasting = all.filter(({ untilSeconds }) => untilSeconds === null || untilSeconds > second);
        rules.set(JSON.stringify([open, lasting]), {
          isOpen: (schedule) => schedule === null || open.includes(schedule),
          isPaused: (group, list) => {
            return lasting.some(({ clients, lists }) => {
              return (clients?.includes(group) ?? true) && (lists?.includes(list) ?? true);
            });
          },
        });
      }
    }
    return [...rules.values()];
  }
}

/** What is in force from a moment on; more may be put behind it. */
type SetSays = ListPlan["sets"][number];

const NO_LINES: readonly Line[] = [];

/** What held at some time between two moments; `null` before the first. */
function heldBetween<T extends { readonly afterMs: number }>(
  all: readonly T[],
  from: number,
  to: number,
): (T | null)[] {
  const held = all.filter(({ afterMs }, i) => afterMs <= to && (all[i + 1]?.afterMs ?? Infinity) >= from);
  return all.length === 0 || all[0]!.afterMs >= from ? [null, ...held] : held;
}

/** Whether clocks on the wall show a time of the window: nothing else is asked for. */
function isTimeOf({ days, fromMinute, toMinute, timeZone }: ScheduleWindow, epochSeconds: number): boolean {
  const [day, minute] = shownAt(timeZone ?? "UTC", Math.floor(epochSeconds / 60));
  const isToday = days.includes(day) && minute >= fromMinute;
  if (fromMinute < toMinute) return isToday && minute < toMinute;
  return isToday || (days.includes((day + 6) % 7) && minute < toMinute);
}

const formats = new Map<string, Intl.DateTimeFormat>();
const shown = new Map<string, readonly [day: number, minute: number]>();

/** The day of the week, and the minute of the day, by an almanac. */
function shownAt(timeZone: string, epochMinutes: number): readonly [day: number, minute: number] {
  const key = `${timeZone} ${epochMinutes}`;
  const known = shown.get(key);
  if (known !== undefined) return known;
  const format = formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  formats.set(timeZone, format);
  const parts = new Map(format.formatToParts(epochMinutes * 60_000).map(({ type, value }) => [type, value]));
  const one = [
    DAYS.indexOf(parts.get("weekday")!),
    Number(parts.get("hour")) * 60 + Number(parts.get("minute")),
  ] as const;
  shown.set(key, one);
  return one;
}
