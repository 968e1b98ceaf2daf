import type { Timers } from "../runtime.ts";

/** Does all of something that can be done in steps, at once. */
export function atOnce<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/**
 * Does it step by step; between them, whoever else waits has a turn.
 *
 * @param isGivenUp Whether nobody wants it any more: asked behind each step.
 * @returns What comes of it; `null` when it was given up.
 */
export async function inSteps<T>(
  steps: Generator<void, T>,
  timers: Timers,
  isGivenUp: () => boolean = () => false,
): Promise<T | null> {
  for (;;) {
    const step = steps.next();
    if (isGivenUp()) {
      steps.return(undefined as T);
      return null;
    }
    if (step.done) return step.value;
    await new Promise<void>((resolve) => void timers.start(0, resolve));
  }
}
