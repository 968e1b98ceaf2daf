import { Random } from "../../lib/base/random/random.ts";
import type { RandomSource } from "../../lib/base/runtime.ts";

/** Draws `script`, number by number, then numbers of 0–65535 that repeat from run to run. */
export function scriptedRandom(...script: readonly number[]): Random {
  return new Random(scriptedSource(script));
}

/** A source whose pairs of octets are the numbers of `script`, then numbers that repeat from run to run. */
export function scriptedSource(script: readonly number[] = []): RandomSource {
  let drawn = 0;
  let state = 1;
  const next = () => {
    // Numerical Recipes' linear congruential generator; its upper half is even enough for tests.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return script[drawn++] ?? state >>> 16;
  };
  return {
    fill(octets) {
      for (let i = 0; i < octets.length; i += 2) {
        const value = next();
        octets[i] = value >> 8;
        octets[i + 1] = value & 0xff;
      }
    },
  };
}
