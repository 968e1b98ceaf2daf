import { measure, onOff } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** What is remembered, and for how long. */
export const CACHE_SETTINGS = {
  cacheSizeMib: {
    name: "cache-size",
    path: "cache.size",
    reader: measure("MiB", { min: 0, max: 4095 }),
    // 64 MiB hold some 300,000 answers.
    default: 64,
    isReloadable: false,
    help: [
      "Memory for answers, up to {max} MiB (default {default}); 0 remembers nothing. Allocated as the cache fills.",
    ],
    inFile: ['Memory for answers; "0" remembers nothing. Allocated as the cache fills.'],
  },
  minTtlSeconds: {
    name: "min-ttl",
    path: "cache.min-ttl",
    // A TTL is what the zone's owner wants: it is raised only by those who say so, and not beyond an hour.
    reader: measure("seconds", { min: 0, max: 3600 }),
    default: 0,
    isReloadable: true,
    help: [
      "Remember every positive answer for at least this long, up to {max} (default {default}), whatever its TTL says.",
    ],
    inFile: ["Remember every positive answer for at least this long, whatever its TTL says."],
  },
  maxTtlSeconds: {
    name: "max-ttl",
    path: "cache.max-ttl",
    // RFC 8767 §4 caps TTLs at "a number of days to weeks"; a day, so that a mistake with a long TTL is over tomorrow.
    reader: measure("seconds", { min: 1, max: 604_800 }),
    default: 86_400,
    isReloadable: true,
    help: ["Remember no answer for longer than this, up to {max} (default {default}, a day)."],
    inFile: ["Remember no answer for longer than this."],
  },
  negativeMaxTtlSeconds: {
    name: "negative-max-ttl",
    path: "cache.negative-max-ttl",
    // RFC 2308 §5: "one to three hours" have been found to work well.
    reader: measure("seconds", { min: 1, max: 86_400 }),
    default: 3600,
    isReloadable: true,
    help: ['The same for "no such name" and "no such record", up to {max} (default {default}, an hour).'],
    inFile: ['The same for "no such name" and "no such record".'],
  },
  servesStale: {
    name: "stale",
    path: "cache.stale",
    reader: onOff(),
    default: true,
    isReloadable: true,
    help: [
      "Never give an expired answer. By default one is given for up to a day, marked as stale, when no upstream answers",
      "in time.",
    ],
    inFile: ["Give an expired answer for up to a day, marked as stale, when no upstream answers in time."],
  },
  prefetches: {
    name: "prefetch",
    path: "cache.prefetch",
    reader: onOff(),
    default: true,
    isReloadable: true,
    help: ["Do not refresh popular answers shortly before they expire."],
    inFile: ["Refresh popular answers shortly before they expire."],
  },
} satisfies Partial<Settings>;
