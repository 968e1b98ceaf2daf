/** How lines for the operator are written: to be read, or each an object for a program. */
export const LOG_FORMATS = ["text", "json"] as const;

/** See `LOG_FORMATS`. */
export type LogFormat = typeof LOG_FORMATS[number];

const PARTS = /^(?:dns-forwarder: )?(?:worker (\d+): )?(?:(error|warn|debug): )?(.*)$/s;

/**
 * A line for the operator as an object: `time`, `level`, `message`, and `worker` where one of several says it.
 *
 * @param line As it would be written.
 * @param epochSeconds When.
 */
export function jsonLine(line: string, epochSeconds: number): string {
  const [, worker, level = "info", message] = PARTS.exec(line)!;
  const time = new Date(epochSeconds * 1000).toISOString();
  return JSON.stringify({ time, level, ...(worker !== undefined && { worker: Number(worker) }), message });
}
