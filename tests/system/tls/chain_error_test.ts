import { assertEquals, assertMatch } from "@std/assert";
import { chainErrorText, type Dated } from "../../../lib/system/network/tls/chain_error.ts";

const NOW_S = Date.UTC(2026, 10, 30, 12) / 1000;

function told(shown: Partial<Dated>): string {
  const certificate = {
    subject: "dns.example",
    issuer: "Authority",
    isSelfIssued: false,
    isForServers: true,
    validFromS: NOW_S - 1,
    validToS: NOW_S + 1,
    ...shown,
  };
  // All that Deno says of what is no matter of dates.
  return chainErrorText("UNABLE_TO_VERIFY_LEAF_SIGNATURE", [certificate], NOW_S);
}

Deno.test("chainErrorText() tells of a certificate for clients that it is none for servers, and not that nobody knows its authority", () => {
  assertEquals(told({ isForServers: false }), "the certificate is not for servers");
});

Deno.test("chainErrorText() does not say of an authority that is known that it is not: it may not sign that name", () => {
  assertMatch(told({}), /not known here, Authority, or that may not sign it$/);
});
