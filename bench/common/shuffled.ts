import type { SeededRandom } from "../../tests/support/seeded_random.ts";

/** The numbers of 0 to `count` − 1, each once, in an order that follows from `random`. */
export function shuffled(count: number, random: SeededRandom): Int32Array {
  const numbers = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!];
  }
  return numbers;
}
