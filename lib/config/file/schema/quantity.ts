import type { Bounds, Unit } from "../../setting.ts";
import { UsageError } from "../../usage_error.ts";
import { type About, type Field, patternText } from "./fields.ts";

/** Units that are written, and what they are in those that are counted in. The first is the one that is named as an example. */
const SCALES: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  ms: { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 },
  seconds: { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 },
  MiB: { KiB: 1 / 1024, MiB: 1, GiB: 1024, TiB: 1024 * 1024 },
};
const WORDS: Readonly<Record<Unit, string>> = {
  ms: 'a number with a unit: ms, s, m, h, d or w, such as "2s"',
  seconds: 'a number with a unit: ms, s, m, h, d or w, such as "2s"',
  MiB: 'a number with a unit: KiB, MiB, GiB or TiB, such as "64MiB"',
};

/** What has a unit; "0" needs none. */
export function quantity<T>(about: About, unit: Unit, bounds: Bounds, read: (quantity: number) => T): Field<T> {
  const pattern = new RegExp(`^(?:0|[0-9]{1,12}(?:${Object.keys(SCALES[unit]).join("|")}))$`);
  return patternText(about, pattern, `must be ${WORDS[unit]}`, (text) => read(quantityFromText(text, unit, bounds)));
}

/** `90s` for 90 seconds, `2m` for 120: the largest unit that it is whole in. */
export function quantityToText(quantity: number, unit: Unit): string {
  if (quantity === 0) return "0";
  const scales = Object.entries(SCALES[unit]).toSorted(([, a], [, b]) => b - a);
  // A week is more than most people count in.
  const [name, scale] = scales.find(([name, scale]) => name !== "w" && Number.isInteger(quantity / scale))!;
  return `${quantity / scale}${name}`;
}

function quantityFromText(text: string, unit: Unit, { min, max }: Bounds): number {
  const [, digits, name] = /^([0-9]+)([A-Za-z]*)$/.exec(text)!;
  const scale = name === "" ? 1 : SCALES[unit][name!]!;
  // Divided, for a thousandth is no number of a computer's.
  const quantity = scale < 1 ? Number(digits) / Math.round(1 / scale) : Number(digits) * scale;
  if (!Number.isInteger(quantity)) throw new UsageError(`must be whole ${unit === "MiB" ? "MiB" : "seconds"}`);
  if (quantity >= min && quantity <= max) return quantity;
  throw new UsageError(`must be ${quantityToText(min, unit)}–${quantityToText(max, unit)}`);
}
