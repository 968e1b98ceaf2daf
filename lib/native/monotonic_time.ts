/** CLOCK_MONOTONIC, clock_gettime(2). */
const CLOCK_MONOTONIC = 1;

/**
 * The time since the machine was started, its sleep left out, as every process of the machine sees it, in microseconds; `null`
 * where the C library may not be asked. Deno's own clock begins with the process. Rarely asked: it opens the library each time.
 */
export function monotonicUs(): bigint | null {
  try {
    const library = Deno.dlopen("libc.so.6", {
      clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
    });
    // Larger than it has to be: small arrays move.
    const time = new BigInt64Array(16);
    const isTold = library.symbols.clock_gettime(CLOCK_MONOTONIC, time) === 0;
    library.close();
    return isTold ? time[0]! * 1_000_000n + time[1]! / 1000n : null;
  } catch {
    // Another C library, another system, no permission: whoever reads it goes without.
    return null;
  }
}
