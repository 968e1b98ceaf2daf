import { counter, gauge, type Metric, single } from "../metric.ts";

/** The program itself. What processes have in common with others is called as it is called there. */
export const PROCESS_METRICS: readonly Metric[] = [
  gauge("build_info", "1; what is built and run.", ({ build: { version, deno, io } }) => {
    return [{ labels: { version, deno, io }, value: 1 }];
  }),
  {
    name: "process_cpu_seconds_total",
    help: "Time of processors, of all processes together.",
    type: "counter",
    read: ({ status: { usage } }) => single(usage.cpuMs / 1000),
  },
  {
    name: "process_resident_memory_bytes",
    help: "Memory, of all processes together.",
    type: "gauge",
    read: ({ status: { usage } }) => single(usage.residentOctets),
  },
  {
    name: "process_start_time_seconds",
    help: "When the program was started, since 1970.",
    type: "gauge",
    read: ({ startedAtSeconds }) => single(startedAtSeconds),
  },
  counter("worker_restarts_total", "Workers that have died and were replaced.", ({ status: { workers = [] } }) => {
    return single(workers.reduce((total, { restartCount }) => total + restartCount, 0));
  }),
  gauge("event_loop_delay_seconds", "By how much an event loop was late at most, in the last half minute or more.", (
    { loopDelayMs },
  ) => single(loopDelayMs / 1000)),
];
