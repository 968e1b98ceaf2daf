import { assertEquals } from "@std/assert";
import { parseCommand } from "../../lib/config/flags/cli.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import { shareConfig } from "../../lib/workers/share_config.ts";
import { listOf, policyOf } from "../support/policies.ts";

function config(...args: readonly string[]): FullConfig {
  const command = parseCommand(args);
  if (command.kind !== "serve") throw new Error("not a configuration");
  return command.config;
}

for (
  const [limits, count, shares] of [
    [["64", "10000", "100"], 2, [32, 5000, 50]],
    [["64", "10000", "0"], 3, [64 / 3, 3334, 0]],
    [["0", "1", "1"], 4, [0, 1, 1]],
    [["1", "1", "1"], 256, [1 / 16, 1, 1]],
  ] as const
) {
  Deno.test(`shareConfig() shares cache, places and rate of ${limits.join(", ")} among ${count}`, () => {
    const [cacheSize, maxInFlight, rateLimit] = limits;
    const all = config("--cache-size", cacheSize, "--max-in-flight", maxInFlight, "--rate-limit", rateLimit);
    const [cacheSizeMib, ...others] = shares;
    const share = shareConfig(all, count);
    assertEquals([share.cacheSizeMib, share.maxInFlight, share.rateLimit], [cacheSizeMib, ...others]);
  });
}

Deno.test("shareConfig() leaves all else as it is, and one worker", () => {
  const all = config("--workers", "2", "--resolver", "192.0.2.1", "--upstream-sockets", "9", "--cache-size", "0");
  assertEquals(shareConfig(all, 2), { ...all, workers: 1, maxInFlight: 5000, maxConnections: 250 });
});

Deno.test("shareConfig() gives no worker the tokens of lists: none of them fetches any", () => {
  const policy = policyOf({
    upstreams: { default: ["192.0.2.1"] },
    lists: [listOf("ads", { token: { file: "/token", text: "secret" } })],
  });
  const all = { ...config("--workers", "2", "--resolver", "192.0.2.1"), policy };
  assertEquals(shareConfig(all, 2).policy, { ...policy, lists: [listOf("ads")] });
});
