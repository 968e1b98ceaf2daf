// Who is given no AAAA records is given no IPv6 addresses by HTTPS and SVCB records.

import { assertEquals } from "@std/assert";
import { TYPE } from "../../lib/wire/iana.ts";
import { lines, opt, question } from "../support/messages.ts";
import { policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";

const [ALICE, BOB] = ["198.51.100.7", "203.0.113.7"];
const WHOLE = "www.example.org. 300 IN HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1";

function setUp(dropTypes: readonly number[]) {
  const policy = policyOf({
    upstreams: { default: ["203.0.113.53"] },
    clients: { alice: { addresses: [`${ALICE}/32`], dropTypes } },
    local: { records: ["here.example. 300 IN HTTPS 1 . ipv6hint=2001:db8::7"] },
  });
  const zone = recordZone(
    WHOLE,
    "plain.example.org 300 IN HTTPS 1 . alpn=h2",
    "_dns.example.org 300 IN SVCB 1 dns.example.org mandatory=port,ipv6hint port=853 ipv6hint=2001:db8::2",
    "must.example.org 300 IN HTTPS 1 . mandatory=ipv6hint ipv6hint=2001:db8::3",
  );
  const scene = new Scene({ zones: [zone], config: { cacheSizeMib: 1, policy } });
  const message = async (text: string, from: string, additionals = [opt()]) => {
    const client = scene.client(from);
    client.ask([question(text)], { additionals });
    await scene.pass(50);
    return client.reply.message;
  };
  const ask = async (text: string, from: string) => lines((await message(text, from)).answers);
  return { scene, message, ask };
}

Deno.test("[local_13] who is not given AAAA records gets no ipv6hint, fresh and from memory, and others do", async () => {
  const { ask, message, scene } = setUp([TYPE.AAAA]);
  const stripped = "www.example.org. 300 IN HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1";
  assertEquals(await ask("www.example.org HTTPS", ALICE), [stripped]);
  assertEquals(await ask("www.example.org HTTPS", BOB), [WHOLE]);
  assertEquals(await ask("www.example.org HTTPS", ALICE), [stripped]);
  const { isAuthenticData } = await message("www.example.org HTTPS", ALICE, [opt({ wantsDnssec: true })]);
  assertEquals(isAuthenticData, false);
  assertEquals(await ask("_dns.example.org SVCB", ALICE), [
    "_dns.example.org. 300 IN SVCB 1 dns.example.org. mandatory=port port=853",
  ]);
  assertEquals(await ask("must.example.org HTTPS", ALICE), ["must.example.org. 300 IN HTTPS 1 ."]);
  assertEquals(await ask("plain.example.org HTTPS", ALICE), ["plain.example.org. 300 IN HTTPS 1 . alpn=h2"]);
  assertEquals(await ask("here.example HTTPS", ALICE), ["here.example. 300 IN HTTPS 1 . ipv6hint=2001:db8::7"]);
  assertEquals(scene.upstreams[0]!.queries.length > 0, true);
  await scene.settle();
});

Deno.test("[local_13] who is given neither A nor AAAA records gets no hints at all", async () => {
  const { ask } = setUp([TYPE.A, TYPE.AAAA]);
  assertEquals(await ask("www.example.org HTTPS", ALICE), ["www.example.org. 300 IN HTTPS 1 . alpn=h2"]);
});
