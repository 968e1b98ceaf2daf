/** A server that wants to be left alone for longer has got something wrong. */
const RETRY_AFTER_MS_MAX = 24 * 60 * 60 * 1000;

/**
 * How long a server wants to be left alone (RFC 9110 §10.2.3): a number of seconds or a date. `null` when it does not say so, or
 * in no way that can be read.
 */
export function retryAfterMs(value: string | null, epochSeconds: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - epochSeconds * 1000;
  if (Number.isNaN(ms)) return null;
  return Math.min(Math.max(0, ms), RETRY_AFTER_MS_MAX);
}
