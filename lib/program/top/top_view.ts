/** What the screen can be full of. */
export const SCREENS = ["overview", "names", "clients", "upstreams", "blocked", "queries"] as const;

/** See `SCREENS`. */
export type Screen = typeof SCREENS[number];

/** What stands in front of everything else. */
export type Overlay = "help" | "explain" | null;

/** How what has come is looked at. */
export interface TopView {
  /** What is looked at. */
  readonly screen: Screen;
  /** What stands before it. */
  readonly overlay: Overlay;
  /** Whether what is shown stays as it is. */
  readonly isPaused: boolean;
  /** What queries are shown, as it was typed. */
  readonly filter: string;
  /** What is being typed; `null` when nothing is. */
  readonly typed: string | null;
  /** By which column rows are sorted; see `orders.ts`. */
  readonly order: number;
  /** Which row is selected, from 0. */
  readonly selected: number;
}

/** At the beginning. */
export const FIRST_VIEW: TopView = {
  screen: "overview",
  overlay: null,
  isPaused: false,
  filter: "",
  typed: null,
  order: 0,
  selected: 0,
};

/** Fields of a query that a filter can name. */
export const FILTER_FIELDS = ["name", "client", "source", "rcode", "type", "upstream", "channel"] as const;

/** What a filter asks for, as the API has it: `ads client=192.168.1.7 rcode=SERVFAIL`. What has no field is a part of a name. */
export function filterParameters(filter: string): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const word of filter.split(/\s+/).filter((word) => word !== "")) {
    const at = word.search(/[=:]/);
    const field = FILTER_FIELDS.find((field) => field === word.slice(0, at).toLowerCase());
    if (field === undefined) parameters.append("name", word);
    else if (at < word.length - 1) parameters.append(field, word.slice(at + 1));
  }
  return parameters;
}
