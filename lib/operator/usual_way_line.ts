import type { Counters } from "../observe/counters.ts";

/** How many questions went upstream by the usual way, and what became of the others; nothing before there was one. */
export function usualWayLine(counters: Counters): string[] {
  const { slotQuestions, slotsUnusual, slotsSlow, slotsAskedAgain, slotsFailed, slotsUseless, slotsShared } = counters;
  if (slotQuestions + slotsUnusual === 0) return [];
  return [
    `usual way upstream: questions=${slotQuestions} (left it: slow=${slotsSlow} askedAgain=${slotsAskedAgain} ` +
    `failed=${slotsFailed} useless=${slotsUseless} shared=${slotsShared}) others=${slotsUnusual}`,
  ];
}
