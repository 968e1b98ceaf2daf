import { assertEquals } from "@std/assert";
import { EDNS_OPTION } from "../../../lib/wire/iana.ts";
import type { Message } from "../../../lib/wire/message.ts";
import { doqFaultOf } from "../../../lib/wire/quic/doq.ts";
import { MessageScan } from "../../../lib/wire/scan.ts";
import { opt, question, wire } from "../../support/messages.ts";

const option = (code: number) => [opt({ options: [{ code, data: Uint8Array.of(0, 100) }] })];

Deno.test.each<[string, Partial<Message>, string | null]>([
  ["with ID 0", { id: 0 }, null],
  ["with ID 1", { id: 1 }, "a message ID other than 0"],
  ["with another option, such as padding", { id: 0, additionals: option(12) }, null],
  [
    "with a keepalive option",
    { id: 0, additionals: option(EDNS_OPTION.TCP_KEEPALIVE) },
    "an edns-tcp-keepalive option",
  ],
])("[9250_02] doqFaultOf() judges a message $0", (_, fields, fault) => {
  assertEquals(doqFaultOf(wire({ questions: [question("a.example")], ...fields }), new MessageScan()), fault);
});

Deno.test("[9250_02] doqFaultOf() finds no message in fewer octets than a header has, and lets others judge what cannot be read", () => {
  assertEquals(doqFaultOf(new Uint8Array(11), new MessageScan()), "no message");
  const cut = wire({ id: 0, questions: [question("a.example")] }).subarray(0, 20);
  assertEquals(doqFaultOf(cut, new MessageScan()), null);
});
