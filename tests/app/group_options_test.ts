import { assertEquals, assertThrows } from "@std/assert";
import { groupOptionsOf, openGroups } from "../../lib/app/policy/group_options.ts";
import type { UpstreamGroupConfig } from "../../lib/config/policy.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import { upstreamGroupOf } from "../support/policies.ts";
import { registryRig } from "../support/upstream_rig.ts";

/** Opens groups, each with a server of its own, with these fallbacks. */
function open(fallbacks: Readonly<Record<string, string | null>>, fields: Partial<UpstreamGroupConfig> = {}) {
  const { registry } = registryRig();
  const names = Object.keys(fallbacks);
  const groups = names.map((name, i) => {
    return upstreamGroupOf(name, [`192.0.2.${i + 1}`], { fallback: fallbacks[name]!, ...i === 1 && fields });
  });
  const opening = () => openGroups(groups, (group, next) => registry.openGroup(groupOptionsOf(group, 2000, next)));
  return { registry, opening };
}

Deno.test("openGroups() opens each group once, in whatever order their fallbacks stand", () => {
  for (const fallbacks of [{ a: "b", b: "c", c: null, d: "b" }, { d: "b", c: null, b: "c", a: "b" }]) {
    const { registry, opening } = open(fallbacks);
    const groups = opening();
    const reach = (name: string) => groups.get(name)!.reach.map((upstream) => registry.upstreams.indexOf(upstream));
    assertEquals([groups.size, registry.upstreams.length], [4, 4]);
    assertEquals([reach("a").length, reach("b").length, reach("c").length, reach("d").length], [3, 2, 1, 3]);
    assertEquals(reach("a").slice(1), reach("b"));
    for (const group of groups.values()) group.close();
    assertEquals(registry.upstreams, []);
  }
});

for (
  const [what, fallbacks, message] of [
    ["that is not there", { a: null, b: "x" }, 'There is no upstream group "x"'],
    ["that is the group itself", { a: null, b: "b" }, 'The fallback of "b" leads back to it'],
    ["that leads back", { a: "b", b: "c", c: "a" }, 'The fallback of "a" leads back to it'],
  ] as const
) {
  Deno.test(`openGroups() refuses a fallback ${what}, and leaves nothing open`, () => {
    const { registry, opening } = open(fallbacks);
    assertThrows(opening, RangeError, message);
    assertEquals(registry.upstreams, []);
  });
}

Deno.test("openGroups() leaves nothing open when one of the groups cannot be asked", () => {
  const servers = [parseEndpoint("quic://192.0.2.9", 853)];
  const { registry, opening } = open({ a: null, b: "a", c: "b" }, { servers });
  assertThrows(opening, RangeError, "not in this test");
  assertEquals(registry.upstreams, []);
});
