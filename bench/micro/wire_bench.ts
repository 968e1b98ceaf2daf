/**
 * What it costs to read and write messages: `deno bench --no-prompt bench/micro/wire_bench.ts`. Scans and patches
 * are done a thousand times, so there microseconds are nanoseconds of one.
 *
 * @module
 */
import { decode, encode } from "../../lib/wire/message.ts";
import { putFlags, putId } from "../../lib/wire/header.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { opt, question, records, response, wire } from "../../tests/support/messages.ts";

const OPERATIONS = 1000;

const questions = [question("www.example.org")];
const answers = records("www.example.org. 300 IN CNAME a.example.org.", "a.example.org. 60 IN A 192.0.2.1");
const query = wire({ recursionDesired: true, questions, additionals: [opt()] });
const reply = response({ questions, answers, additionals: [opt()] });
const message = decode(reply);
const scan = new MessageScan();

benchEach("MessageScan.scan() of a query", () => scan.scan(query));
benchEach("MessageScan.scan() of a reply with two records", () => scan.scan(reply));
benchEach("putId() and putFlags()", (i) => {
  putId(reply, i);
  putFlags(reply, 0x8180);
});
Deno.bench("decode() of a reply with two records", () => void decode(reply));
Deno.bench("encode() of a reply with two records", () => void encode(message));

function benchEach(name: string, run: (index: number) => unknown): void {
  Deno.bench(name, () => {
    for (let i = 0; i < OPERATIONS; i++) run(i);
  });
}
