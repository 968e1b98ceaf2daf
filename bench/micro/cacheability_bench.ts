/**
 * What it costs to decide what may be stored, and to make it so:
 * `deno bench --no-prompt bench/micro/cacheability_bench.ts`.
 *
 * @module
 */
import { assess } from "../../lib/response/assess.ts";
import { assessTail } from "../../lib/response/assess_tail.ts";
import { mayBeCached } from "../../lib/cache/may_be_cached.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { opt, question, record, records, response, wire } from "../../tests/support/messages.ts";
import { readResponse } from "../../tests/support/read_response.ts";

const RULES = { minTtlSeconds: 0, maxTtlSeconds: 86_400, negativeMaxTtlSeconds: 3_600 };
const SOA = "example.org. 600 IN SOA ns1.example.org. hostmaster.example.org. 1 3600 900 604800 120";

function reply(fields: Partial<Message>): Uint8Array<ArrayBuffer> {
  return response({ questions: [question("www.example.org")], ...fields });
}

const address = records("www.example.org. 300 IN A 192.0.2.1");
const chain = records("www.example.org. 300 IN CNAME a.example.org.", "a.example.org. 300 IN CNAME b.example.org.");
const servers = Array.from({ length: 13 }, (_, i) => record(`ns${i}.example.org. 900 IN A 192.0.2.${i}`));
const REPLIES: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "an address and an OPT record": reply({ answers: address, additionals: [opt()] }),
  "four addresses and an OPT record": reply({
    answers: [1, 2, 3, 4].flatMap(() => address),
    additionals: [opt()],
  }),
  "an address behind two CNAMEs": reply({
    answers: [...chain, ...records("b.example.org. 60 IN A 192.0.2.1")],
    additionals: [opt()],
  }),
  "NXDOMAIN": reply({ rcode: RCODE.NXDOMAIN, authorities: records(SOA), additionals: [opt()] }),
  "NXDOMAIN behind two CNAMEs": reply({
    rcode: RCODE.NXDOMAIN,
    answers: chain,
    authorities: records(SOA),
    additionals: [opt()],
  }),
  "an address, 13 servers and their addresses": reply({
    answers: address,
    authorities: servers.map(({ name }) => ({ ...record("example.org. 900 IN NS ."), rdata: name })),
    additionals: [...servers, opt()],
  }),
  "an OPT record before another one": reply({
    answers: address,
    additionals: [opt(), ...records("a.example.org. 60 IN A 192.0.2.1")],
  }),
  "512 addresses": reply({ answers: Array.from({ length: 512 }, () => address[0]!), additionals: [opt()] }),
  "the most name comparisons": hostileReply(),
};

for (const [what, octets] of Object.entries(REPLIES)) {
  Deno.bench(`assess() ${what}`, () => void assess(readResponse(octets.slice()), RULES));
}

const negativeChain = assess(readResponse(REPLIES["NXDOMAIN behind two CNAMEs"]!), RULES);
if (!negativeChain.isStorable) throw new Error(negativeChain.reason);
Deno.bench("assessTail() of NXDOMAIN behind two CNAMEs", () => void assessTail(negativeChain, RULES));

const query = wire({ recursionDesired: true, questions: [question("www.example.org")], additionals: [opt()] });
const scan = new MessageScan();
scan.scan(query);
Deno.bench("MessageScan.scan() of an address and an OPT record", () => {
  new MessageScan().scan(REPLIES["an address and an OPT record"]!);
});
Deno.bench("mayBeCached()", () => void mayBeCached(scan, query));

/** Owners of the greatest length that differ in their last label, and each differs from all others of its type. */
function hostileReply(): Uint8Array<ArrayBuffer> {
  const labels = Array.from({ length: 120 }, () => "a.").join("");
  const owners = Array.from({ length: 511 }, (_, i) => record(`${labels}n${i % 60}. 60 IN A 192.0.2.1`));
  return reply({ answers: address, additionals: owners });
}
