/** What takes long, and may be left alone wherever it yields. */
export type Slices<T> = Generator<void, T>;

/** Its result, without a pause. */
export function allOf<T>(slices: Slices<T>): T {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
  }
}
