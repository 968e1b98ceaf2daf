/** PRIO_PROCESS of setpriority(2). */
const PRIO_PROCESS = 0;
/** Of -20 to 19: a tenth of the processor where another process wants all of it. */
const NICE = 10;

/**
 * Lets a process that was just started, and all threads that it starts, wait for others. Of no effect where the C library may not
 * be called.
 */
export function lowerPriority(pid: number): void {
  try {
    const library = Deno.dlopen("libc.so.6", {
      setpriority: { parameters: ["i32", "u32", "i32"], result: "i32" },
    });
    library.symbols.setpriority(PRIO_PROCESS, pid, NICE);
    library.close();
  } catch {
    // Another C library, another system, no permission: then it is as important as this one.
  }
}
