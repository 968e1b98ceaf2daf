import { lastingPauses, type Pause } from "../lists/schedule/pause.ts";
import { durationText } from "./duration_text.ts";

/** A pause, as it is told. */
export interface PauseStatus extends Pick<Pause, "clients" | "lists"> {
  /** How long it lasts, in seconds; `null` until it is ended. */
  readonly leftSeconds: number | null;
}

/** Those that last, as they are told. */
export function pauseStatus(pauses: readonly Pause[], epochSeconds: number): readonly PauseStatus[] {
  return lastingPauses(pauses, epochSeconds).map(({ untilSeconds, clients, lists }) => {
    return { leftSeconds: untilSeconds === null ? null : untilSeconds - epochSeconds, clients, lists };
  });
}

/** In words: `blocking by ads for kids is paused for another 29 min`. */
export function pauseText({ leftSeconds, clients, lists }: PauseStatus): string {
  const by = lists === null ? "" : ` by ${lists.join(", ")}`;
  const whom = clients === null ? "" : ` for ${clients.join(", ")}`;
  return `blocking${by}${whom} is paused ${
    leftSeconds === null ? "until it is resumed" : `for another ${durationText(leftSeconds)}`
  }`;
}
