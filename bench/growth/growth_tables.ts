import { type Clients, HOT_NAMES } from "../common/workloads.ts";

/** What is measured for one row. */
export interface Step extends Clients {
  /** As it is called in the table. */
  readonly label: string;
  /** Whether all names are cached before, and asked again and again; else each is asked once. */
  readonly isCached: boolean;
  /** Names that are asked at full load. */
  readonly nameCount: number;
  readonly upstreamCount: number;
  /** Flags of the program. */
  readonly flags: readonly string[];
}

/** Rows that differ in what the table is about, and in nothing else. */
export interface GrowthTable {
  /** As it is called in `--tables`. */
  readonly name: string;
  readonly title: string;
  /** Head of the first column. */
  readonly head: string;
  readonly steps: readonly Step[];
}

/** Upstreams of the row with the most. */
export const UPSTREAMS_MAX = 8;
/** Room for a million answers. All rows get the same, for a larger cache has a larger index, however full it is. */
const CACHE_SIZE_MIB = 256;
/** With so few clients dnsperf pauses; see `askInTurns()`. */
const IN_TURNS_MAX = 10;

const CACHED: Omit<Step, "label"> = {
  transport: "udp",
  clients: 100,
  inFlight: 100,
  inTurns: false,
  isCached: true,
  nameCount: HOT_NAMES,
  upstreamCount: 1,
  flags: [],
};
const COLD: Omit<Step, "label"> = { ...CACHED, clients: 10, isCached: false, nameCount: 100_000 };

/** The tables in the order in which they are made. */
export const GROWTH_TABLES: readonly GrowthTable[] = [
  {
    name: "names",
    title: "More names, all cached and each asked as often as the others, 100 in flight",
    head: "Names",
    steps: [100, 1000, 10_000, 100_000, 500_000].map((nameCount) => ({
      ...CACHED,
      label: inWords(nameCount, "name"),
      nameCount,
      flags: ["--cache-size", `${CACHE_SIZE_MIB}`],
    })),
  },
  {
    name: "clients",
    title: `More clients, each with a query in flight; ${inWords(HOT_NAMES, "name")}, all cached`,
    head: "Clients",
    steps: [10, 100, 400, 1000, 2000].map((clients) => {
      const inTurns = clients <= IN_TURNS_MAX;
      const label = `${inWords(clients, "client")}${inTurns ? ", latency at full load" : ""}`;
      return { ...CACHED, label, clients, inFlight: clients, inTurns };
    }),
  },
  {
    name: "upstreams",
    title: `More upstreams; ${inWords(COLD.nameCount, "name")}, each asked once, 100 in flight`,
    head: "Upstreams",
    steps: [
      ...[1, 2, 4, UPSTREAMS_MAX].map((upstreamCount) => ({
        ...COLD,
        label: inWords(upstreamCount, "upstream"),
        upstreamCount,
      })),
      {
        ...COLD,
        label: `${inWords(UPSTREAMS_MAX, "upstream")}, round-robin`,
        upstreamCount: UPSTREAMS_MAX,
        flags: ["--strategy", "round-robin"],
      },
    ],
  },
];

function inWords(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
