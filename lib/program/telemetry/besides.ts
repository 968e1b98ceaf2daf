import type { Prepared } from "../../reload/reload_target.ts";

/**
 * What serves and what runs beside it, made ready for the same configuration: both follow it, or neither does.
 *
 * @throws {Error} what either of them throws; nothing is left of the other then.
 */
export async function besides(
  serving: () => Prepared | Promise<Prepared>,
  beside: () => Promise<Prepared> | undefined,
): Promise<Prepared> {
  const first = await serving();
  let second: Prepared | undefined;
  try {
    second = await beside();
  } catch (error) {
    first.abort();
    throw error;
  }
  const commit = () => {
    const followed = first.commit();
    second?.commit();
    return followed;
  };
  const abort = () => {
    first.abort();
    second?.abort();
  };
  return { commit, abort };
}
