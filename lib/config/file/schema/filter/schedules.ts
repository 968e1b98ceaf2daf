import { UsageError } from "../../../usage_error.ts";
import { either, type Field, list, patternText, table, tableOf, text, word } from "../fields.ts";
import { readGroupName } from "../names.ts";
import type { FileSchedule, FileTimes } from "./filter_tables.ts";

/** As `Date` counts them. */
export const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/** `[schedules.X]`, or `[[schedules.X]]` for each of several. */
export const SCHEDULES: Field<Readonly<Record<string, FileSchedule | readonly FileSchedule[]>>> = tableOf(
  either<FileSchedule, readonly FileSchedule[]>(
    window(),
    list({ form: "[[schedules.X]]", help: "" }, window(), { atLeast: 1, of: "table" }, (all) => all),
    "must be a table, or a list of tables, such as [[schedules.night]]",
  ),
  readGroupName,
);

function window(): Field<FileSchedule> {
  const day = word({ form: DAYS.map((one) => `"${one}"`).join("|"), help: "" }, DAYS, (one) => DAYS.indexOf(one));
  const times = patternText<FileTimes>(
    { form: '"20:30-07:00"', help: "" },
    /^(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/,
    'must be two times of day, such as "20:30-07:00"',
    readTimes,
  );
  return table<FileSchedule>({
    "days": list(
      {
        form: '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]',
        help: "Days of the week on which it begins. By default all.",
      },
      day,
      { atLeast: 1, of: "day" },
      (all) => [...new Set(all)].toSorted((a, b) => a - b),
    ),
    "times": list(
      {
        form: '["20:30-07:00", …]',
        example: '["20:30-07:00"]',
        help:
          "Times of day; one that ends before it begins ends on the next day. By default from midnight to midnight.",
      },
      times,
      { atLeast: 1, of: "time" },
      (all) => all,
    ),
    "time-zone": text({ form: '"Europe/Paris"', help: "Whose time it is. By default the machine's." }, readTimeZone),
  });
}

function readTimes(text: string): FileTimes {
  const [fromMinute, toMinute] = text.split("-").map((time) => {
    const [hours, minutes] = time.split(":");
    return Number(hours) * 60 + Number(minutes);
  }) as [number, number];
  if (fromMinute === toMinute) throw new UsageError('must not end when it begins: a whole day is "00:00-24:00"');
  // Midnight belongs to the day that ends.
  return { fromMinute, toMinute: toMinute === 0 ? 1440 : toMinute };
}

function readTimeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new UsageError('must be a time zone, such as "Europe/Paris"');
  }
}
