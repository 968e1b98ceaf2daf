import { assertEquals } from "@std/assert";
import { authenticate, type Expected } from "../../../lib/upstream/secure/authenticate.ts";
import { matchesName } from "../../../lib/upstream/secure/matches_name.ts";
import { peerCertificate } from "../../support/fake_tls.ts";

const NOW_S = Date.UTC(2026, 10, 30, 12) / 1000;
const DAY_S = 86_400;
const PIN = peerCertificate().spkiSha256;
const STAMP = peerCertificate().tbsSha256;
const OTHER = btoa("something else, 32 octets of it.");

/** Of the certificate that the fake server shows. */
function expected(fields: Partial<Expected> = {}): Expected {
  return {
    name: "dns.example.org",
    address: "192.0.2.1",
    pins: [],
    stampHashes: [],
    ca: null,
    auth: "name",
    ...fields,
  };
}

function refusalOf(
  shown: Partial<ReturnType<typeof peerCertificate>> = {},
  meant: Partial<Expected> = {},
  chainError: string | null = null,
) {
  const peerCertificates = [
    peerCertificate(shown),
    peerCertificate({ spkiSha256: btoa("of the authority, 32 octets ....") }),
  ];
  const refusal = authenticate({ peerCertificates, chainError }, expected(meant), NOW_S);
  return refusal && [refusal.kind, refusal.text];
}

for (
  const [pattern, name, isMatch] of [
    ["dns.example.org", "dns.example.org", true],
    ["dns.example.org", "dns.example.com", false],
    ["*.example.org", "dns.example.org", true],
    // RFC 9525 §6.3: the wildcard stands for one label, and for a whole one.
    ["*.example.org", "a.dns.example.org", false],
    ["*.example.org", "example.org", false],
    ["d*.example.org", "dns.example.org", false],
    ["*s.example.org", "dns.example.org", false],
    ["dns.*.org", "dns.example.org", false],
    ["*", "org", false],
    ["*.*.org", "dns.example.org", false],
    ["example.org", "dns.example.org", false],
    ["*.example.org", ".example.org", false],
  ] satisfies [string, string, boolean][]
) {
  Deno.test(`[9525_01] matchesName(): "${pattern}" ${isMatch ? "covers" : "does not cover"} "${name}"`, () => {
    assertEquals(matchesName(pattern, name), isMatch);
  });
}

for (
  const [what, shown, meant] of [
    ["the name that was meant", {}, {}],
    ["a wildcard that covers it", { names: ["*.example.org"] }, {}],
    ["one of several names", { names: ["a.example", "dns.example.org"] }, {}],
    ["the address, where no name was meant", { addresses: ["192.0.2.1"] }, { name: null }],
    ["an IPv6 address that has a zone", { addresses: ["fe80::1"] }, { name: null, address: "fe80::1%eth0" }],
    ["the address of the plain server that has named it", { names: [], addresses: ["192.0.2.9"] }, {
      designatedBy: "192.0.2.9",
    }],
    ["its last second", { validToS: NOW_S }, {}],
    ["its first second", { validFromS: NOW_S }, {}],
    ["one of the pins", {}, { pins: [OTHER, PIN] }],
    ["a pin of its authority", {}, { pins: [btoa("of the authority, 32 octets ....")] }],
    ["what its stamp says", {}, { stampHashes: [OTHER, STAMP] }],
  ] satisfies [string, Parameters<typeof refusalOf>[0], Partial<Expected>][]
) {
  Deno.test(`authenticate() believes a certificate with ${what}`, () => assertEquals(refusalOf(shown, meant), null));
}

for (
  const [what, refusal, shown, meant, chainError] of [
    ["is for another name", ["name", "its certificate is for other.example, not for dns.example.org"], {
      names: ["other.example"],
      addresses: [],
    }, {}],
    [
      "has the address as a name",
      ["name", "its certificate has 192.0.2.1 as a name (DNS), not as an address (IP)"],
      { names: ["192.0.2.1"], addresses: [] },
      { name: null },
    ],
    [
      "has the name as its common name alone",
      [
        "name",
        "its certificate is for dns.example.org, by its common name alone, not for dns.example.org",
      ],
      { names: [], addresses: [] },
      {},
    ],
    [
      "is for many other names",
      [
        "name",
        "its certificate is for a.example, b.example, c.example, d.example and 2 more, not for dns.example.org",
      ],
      { names: ["a", "b", "c", "d", "e"].map((one) => `${one}.example`), addresses: ["192.0.2.9"] },
      {},
    ],
    [
      "is for a name where the address was meant",
      [
        "name",
        "its certificate is for dns.example.org, not for 192.0.2.1",
      ],
      { addresses: [] },
      { name: null },
    ],
    [
      "is for the address where a name was meant",
      [
        "name",
        "its certificate is for 192.0.2.1, not for dns.example.org",
      ],
      { names: [], addresses: ["192.0.2.1"] },
      {},
    ],
    [
      "is for its name, and not for the plain server that has named it",
      [
        "name",
        "its certificate is for dns.example.org, not for 192.0.2.9",
      ],
      { addresses: [] },
      { designatedBy: "192.0.2.9" },
    ],
    ["has expired", ["expired", "its certificate expired on 2026-11-29 12:00, and it is 2026-11-30 12:00 here"], {
      validToS: NOW_S - DAY_S,
    }, {}],
    [
      "is not valid yet",
      [
        "notYetValid",
        "its certificate is not valid before 2026-12-01 12:00, and it is 2026-11-30 12:00 here",
      ],
      { validFromS: NOW_S + DAY_S },
      {},
    ],
    ["has another key than was pinned", ["pin", `its key has another pin than the pin that was given: ${PIN}`], {}, {
      pins: [OTHER],
    }],
    ["is not the one of the stamp", ["pin", "none of its certificates is one that the DNS stamp is for"], {}, {
      stampHashes: [OTHER],
    }],
    [
      "has signed itself",
      [
        "chain",
        "no authority that is believed stands behind its certificate: it has signed itself",
      ],
      {},
      {},
      "it has signed itself",
    ],
    // Who looks for the authority looks at the dates first: nothing tells then whether there is one.
    [
      "has signed itself, and expired",
      [
        "expired",
        "its certificate expired on 2026-11-29 12:00, and it is 2026-11-30 12:00 here",
      ],
      { validToS: NOW_S - DAY_S },
      {},
      "it has expired",
    ],
    ["is for another name, and expired", ["name", "its certificate is for other.example, not for dns.example.org"], {
      names: ["other.example"],
      addresses: [],
      validToS: 1,
    }, {}],
    ["has a good pin and a wrong name", ["name", "its certificate is for other.example, not for dns.example.org"], {
      names: ["other.example"],
      addresses: [],
    }, { pins: [PIN] }],
    [
      "has a good pin and has signed itself",
      [
        "chain",
        "no authority that is believed stands behind its certificate: it has signed itself",
      ],
      {},
      { pins: [PIN] },
      "it has signed itself",
    ],
  ] satisfies [string, string[], Parameters<typeof refusalOf>[0], Partial<Expected>, string?][]
) {
  Deno.test(`authenticate() refuses a certificate that ${what}`, () => {
    assertEquals(refusalOf(shown, meant, chainError ?? null), refusal);
  });
}

Deno.test("authenticate() goes by the pin alone where no authority counts, and by the server's own key", () => {
  const meant = { ca: "none", pins: [PIN], name: "other.example" };
  assertEquals(refusalOf({ validToS: 1 }, meant, "it has signed itself"), null);
  assertEquals(refusalOf({}, { ...meant, pins: [OTHER] }, "it has signed itself")?.[0], "pin");
  // Anybody can show the certificate of an authority behind one of his own.
  assertEquals(refusalOf({}, { ...meant, pins: [btoa("of the authority, 32 octets ....")] }, "untrusted")?.[0], "pin");
});

Deno.test("authenticate() refuses who shows no certificate, and asks nothing of whoever need not prove anything", () => {
  const nothing = { peerCertificates: [], chainError: null };
  assertEquals(authenticate(nothing, expected(), NOW_S)?.kind, "none");
  assertEquals(authenticate(nothing, expected({ ca: "none", pins: [PIN] }), NOW_S)?.kind, "none");
  assertEquals(authenticate(nothing, expected({ auth: "none" }), NOW_S), null);
});
