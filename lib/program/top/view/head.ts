import { durationText } from "../../../operator/duration_text.ts";
import { pauseText } from "../../../operator/pause_status.ts";
import type { StatusAnswer } from "../../../web/api/answers.ts";
import { failingFor, isFailing, recentRate, sharesOf, type TopData, totalOf } from "../top_data.ts";
import { leftAndRight, lineWidth } from "./cells.ts";
import { bar, clockText, countText, mibText, msText, rateText, shareText, sparkline } from "./numbers.ts";
import { type Line, line, span, type Style } from "./span.ts";

/** Columns for the number at the beginning of a line. */
const NUMBER_WIDTH = 8;
/** Columns before the line of blocks. */
const RATE_WIDTH = 22;
/** A minute is enough to see what goes on. */
const RATES_SHOWN = 60;
/** From so many columns on there is room for more. */
const WIDE = 100;
const NARROW_BAR = 10;
const WIDE_BAR = 20;

const HEALTH: Readonly<Record<StatusAnswer["health"], { readonly style: Style; readonly text: string }>> = {
  well: { style: "good", text: "works" },
  impaired: { style: "warn", text: "works, with trouble" },
  failing: { style: "bad", text: "clients get no new answers" },
};

/** Which program it is, whether it works, what time it is. */
export function headLine({ status, live, failure }: TopData, width: number): Line {
  if (status === null) return line(failure ?? "dns-forwarder …", failure === null ? "strong" : "bad");
  const { version, startedAtMs, nowAtMs, workers } = status;
  const now = live?.nowAtMs ?? nowAtMs;
  const { problems, pauses } = live ?? status;
  const isTrouble = failure !== null || problems.length + pauses.length > 0;
  const up = durationText(Math.max(0, (now - startedAtMs) / 1000));
  // What is wrong counts more than what it is called.
  const about = isTrouble && width < WIDE ? "" : ` ${version}  up ${up}${workers > 1 ? `  ${workers} workers` : ""}`;
  const left = [
    span("dns-forwarder", "strong"),
    span(`${about}  `),
    ...(failure === null ? healthSpans(live ?? status) : [span(`● ${failure}`, "bad")]),
  ];
  return leftAndRight(left, line(clockText(now)), width);
}

/** What is wrong, and what somebody has left off, which he may have forgotten. */
function healthSpans({ health, problems, pauses }: Pick<StatusAnswer, "health" | "problems" | "pauses">): Line {
  const { style, text } = HEALTH[health];
  const [first, ...others] = [...problems.map((problem) => problem.text), ...pauses.map(pauseText)];
  const more = others.length === 0 ? "" : ` (${others.length} more: ?)`;
  if (first === undefined) return [span(`● ${text}`, style)];
  if (problems.length > 0) return [span(`● ${first}${more}`, style)];
  return [span(`● ${text}`, style), span("  "), span(`${first}${more}`, "warn")];
}

/** How much there is, where it comes from, how long the rest takes: three lines. */
export function loadLines(data: TopData, width: number): Line[] {
  const { status, rates } = data;
  if (status === null) return [];
  const perSecond = recentRate(data);
  const shares = sharesOf(data);
  const total = totalOf(shares);
  const memory = (shares.cache ?? 0) + (shares.stale ?? 0);
  const failed = shares.failure ?? 0;
  const failing = failingSpans(data);
  const room = Math.min(RATES_SHOWN, width - RATE_WIDTH - lineWidth(failing));
  return [
    [
      span((perSecond === null ? "–" : rateText(perSecond)).padStart(NUMBER_WIDTH), "strong"),
      span(" q/s          "),
      span(sparkline(rates.map(totalOf).slice(-Math.max(0, room))), "accent"),
      ...failing,
    ],
    [
      span(shareText(memory, total).padStart(NUMBER_WIDTH), "strong"),
      span(" from memory  "),
      span(bar(total === 0 ? 0 : memory / total, width < WIDE ? NARROW_BAR : WIDE_BAR), "accent"),
      span("  asked "),
      span(shareText(shares.upstream ?? 0, total), "strong"),
      span("  blocked "),
      span(shareText(shares.blocked ?? 0, total), "strong"),
      span("  failed "),
      span(shareText(failed, total), isFailing(shares) ? "bad" : "strong"),
    ],
    askedSpans(status, width),
  ];
}

/** Since when, which says what to look for in logs. */
function failingSpans(data: TopData): Line {
  const failing = isFailing(sharesOf(data)) ? failingFor(data) : null;
  const now = data.live?.nowAtMs ?? data.status?.nowAtMs;
  if (failing === null || now === undefined) return [];
  const since = clockText(now - 1000 * failing.seconds);
  return [span(`  failing since ${failing.isLonger ? "before " : ""}${since.slice(0, 5)}`, "warn")];
}

function askedSpans({ times, cache, questionsInFlight }: StatusAnswer, width: number): Line {
  const cold = times.find(({ source }) => source === "upstream");
  const common = [
    span(msText(cold?.medianMs ?? null).padStart(NUMBER_WIDTH), "strong"),
    span(" ms when asked, 95 % "),
    span(msText(cold?.percentile95Ms ?? null), "strong"),
    span(`  ${countText(questionsInFlight)} in flight`),
  ];
  if (cache === null) return [...common, span("  no memory")];
  const { usedOctets, budgetOctets, entries, staleHits } = cache;
  return [
    ...common,
    span(`  memory ${mibText(usedOctets)} of ${mibText(budgetOctets)} MiB`),
    ...width < WIDE ? [] : [span(`, ${countText(entries)} entries, ${countText(staleHits)} stale given`)],
  ];
}
