import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { octetsOf } from "../../../lib/base/net/zone.ts";
import type { Observation } from "../../../lib/observe/observation.ts";
import { CLIENT_LEVELS, NAME_LEVELS, type PrivacySettings } from "../../../lib/telemetry/privacy/levels.ts";
import { OBSERVATION } from "../../support/fake_record.ts";
import { PRIVACY_SINKS } from "./privacy_sinks.ts";

/** Letters that no key and no word of a sink is made of alone, so that what is found has come from the observation. */
const LABEL = fc.array(fc.constantFrom(..."jkqvwxz".split("")), { minLength: 8, maxLength: 20 }).map((all) =>
  all.join("")
);
const OCTET = fc.integer({ min: 100, max: 255 });
const ADDRESS = fc.oneof(
  fc.array(OCTET, { minLength: 4, maxLength: 4 }).map((octets) => octets.join(".")),
  fc.array(fc.integer({ min: 0x1000, max: 0xffff }), { minLength: 8, maxLength: 8 }).map((all) => {
    return all.map((part) => part.toString(16)).join(":");
  }),
);

const SEEN = fc.record({ labels: fc.array(LABEL, { minLength: 1, maxLength: 5 }), client: ADDRESS, group: LABEL })
  .chain(
    ({ labels, client, group }) => {
      const name = labels.join(".");
      const reason = fc.constantFrom(
        "",
        `list ads, line 7: ${name}`,
        `[clients.${group}] safe-search`,
        `${name.toUpperCase()} is broken`,
      );
      return fc.record({ reason, source: fc.constantFrom("cache", "blocked", "failure") }).map((parts): Observation => {
        return { ...OBSERVATION, ...parts, name, client, group };
      });
    },
  );

const SETTINGS = fc.record({
  clients: fc.constantFrom(...CLIENT_LEVELS),
  names: fc.constantFrom(...NAME_LEVELS),
  ignoresFirst: fc.boolean(),
  hidesSecond: fc.boolean(),
});

/** What must not be found of an observation. */
function hiddenOf({ name, client, group }: Observation, { clients, names }: PrivacySettings): Uint8Array[] {
  const labels = name.split(".");
  const text = (one: string) => new TextEncoder().encode(one);
  const hiddenLabels = names === "full" ? [] : names === "domain" ? labels.slice(0, -2) : labels;
  const address = clients === "full" ? [] : [text(client), octetsOf(client)!, text(group)];
  // The beginning of an address says where it is.
  const network = clients === "pseudonym" || clients === "none" ? [text(client.slice(0, client.length >> 1))] : [];
  return [...hiddenLabels.map(text), ...address, ...network];
}

function allOf({ name, client, group }: Observation): Uint8Array[] {
  return [...name.split("."), client, group].map((one) => new TextEncoder().encode(one));
}

for (const sink of PRIVACY_SINKS) {
  Deno.test(`no level is told more than it says: ${sink.name}`, async () => {
    await fc.assert(
      fc.asyncProperty(SETTINGS, fc.array(SEEN, { minLength: 2, maxLength: 6 }), async (drawn, observations) => {
        const { ignoresFirst, hidesSecond, ...levels } = drawn;
        const [first, second] = observations;
        const ignore = ignoresFirst ? [first!.name] : [];
        const settings = { ...levels, ignore, hiddenGroups: hidesSecond ? [second!.group] : [] };
        const output = latin1(await sink.output(settings, observations));
        const hidden = observations.flatMap((one, i) => {
          return (ignoresFirst && i === 0) || (hidesSecond && i === 1) ? allOf(one) : hiddenOf(one, settings);
        });
        const found = hidden.map(latin1).filter((one) => output.includes(one));
        assertEquals(found, []);
      }),
      { numRuns: 200 },
    );
  });
}

function latin1(octets: Uint8Array): string {
  return new TextDecoder("latin1").decode(octets);
}
