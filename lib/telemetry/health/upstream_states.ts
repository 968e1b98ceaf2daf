/** What an upstream can be, see `UpstreamStatus.state`; `disabled` is by hand. */
export const UPSTREAM_STATES = ["up", "down", "probing", "loop", "disabled"] as const;

/** The states that an upstream is in: several where processes differ, as `up (3), down (1)`. */
export function statesOf(state: string): string[] {
  return state.split(", ").map((one) => one.replace(/ \(\d+\)$/, ""));
}
