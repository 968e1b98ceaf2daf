/**
 * What it costs to judge an upstream's response, the usual way and the thorough one:
 * `deno bench --no-prompt bench/micro/normalize_bench.ts`.
 *
 * @module
 */
import { normalize, normalizeThoroughly } from "../../lib/response/normalize.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { opt, question, records, response } from "../../tests/support/messages.ts";
import { readResponse } from "../../tests/support/read_response.ts";

const SIGNED = "13 2 60 20300101000000 20200101000000 7 example.org. AQID";
const CHAIN = ["www.example.org. 60 IN CNAME a.example.org.", "a.example.org. 60 IN CNAME b.example.org."];
const PROOFS = ["a", "c"].flatMap((label) => [
  `${label}.example.org. 60 IN NSEC z.example.org. A`,
  `${label}.example.org. 60 IN RRSIG NSEC ${SIGNED}`,
]);
const SOA = ["example.org. 60 IN SOA a. b. 1 2 3 4 5", `example.org. 60 IN RRSIG SOA ${SIGNED}`];
/** A name of 245 octets. */
const LONG = Array.from({ length: 118 }, () => "a").join(".");

const REPLIES: Readonly<Record<string, Partial<Message>>> = {
  "an address": { answers: records("www.example.org. 60 IN A 192.0.2.1") },
  "an address behind two CNAMEs": { answers: records(...CHAIN, "b.example.org. 60 IN A 192.0.2.1") },
  "NXDOMAIN with proofs": { rcode: RCODE.NXDOMAIN, authorities: records(...SOA, ...PROOFS) },
  "an address, four servers and theirs": {
    answers: records("www.example.org. 60 IN A 192.0.2.1"),
    authorities: records(...[1, 2, 3, 4].map((i) => `example.org. 60 IN NS ns${i}.example.org.`)),
    additionals: records(...[1, 2, 3, 4].map((i) => `ns${i}.example.org. 60 IN A 192.0.2.${i}`)),
  },
  "the most name comparisons": {
    authorities: records(...Array.from({ length: 12 }, (_, i) => `example.org. 60 IN NS ${LONG}.n${i}.example.`)),
    additionals: records(...Array.from({ length: 11 }, (_, i) => `${LONG}.n${10 - i}.example. 60 IN A 192.0.2.1`)),
  },
};

for (const [what, fields] of Object.entries(REPLIES)) {
  const reply = response({ questions: [question("www.example.org")], additionals: [opt()], ...fields });
  const read = readResponse(reply);
  const { scan } = read;
  Deno.bench(`normalize() ${what}`, () => void normalize(read, true));
  Deno.bench(`normalizeThoroughly() ${what}`, () => void normalizeThoroughly(reply, scan, { wantsDnssec: true }));
}
