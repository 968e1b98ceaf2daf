// What clients get when every upstream has gone, over real sockets.

import { assertEquals } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { ednsOf, lines, opt, question, records, wire } from "../support/messages.ts";
import { startProgram } from "./program.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

Deno.test("with all upstreams gone, what was asked before still resolves, first fresh, then stale [8767_01] [8767_02] [8767_06]", async () => {
  const upstream = new UdpServer(({ octets }) => {
    const { id, questions } = decode(octets);
    // Names without letters, for their case is not what this is about.
    const answers = records("1.0. 1 IN A 192.0.2.1", "2.0. 3600 IN A 192.0.2.2")
      .filter(({ name }) => name[1] === questions[0]!.name[1]);
    return wire({ id, questions, isResponse: true, recursionAvailable: true, answers });
  });
  await using program = startProgram("--timeout", "500", "--resolver", formatSocketAddress(upstream.address));
  using client = new UdpClient(program.address);
  let id = 0;
  const ask = async (name: string) => {
    id = (id + 1) & 0xffff;
    const query = wire({ id, recursionDesired: true, questions: [question(name)], additionals: [opt()] });
    const reply = decode(await client.ask(query));
    const errors = ednsOf(reply)!.options.map(readExtendedError).map((error) => error!.infoCode);
    return { rcode: reply.rcode, answers: lines(reply.answers), errors };
  };
  assertEquals((await ask("1.0")).rcode, RCODE.NOERROR);
  assertEquals((await ask("2.0")).rcode, RCODE.NOERROR);
  await upstream[Symbol.asyncDispose]();
  let reply = await ask("1.0");
  // As long as it is fresh: a second at most.
  while (reply.errors.length === 0) {
    assertEquals(reply.answers, ["1.0. 1 IN A 192.0.2.1"]);
    reply = await ask("1.0");
  }
  assertEquals(reply, { rcode: RCODE.NOERROR, answers: ["1.0. 30 IN A 192.0.2.1"], errors: [EDE.STALE_ANSWER] });
  assertEquals(await ask("1.0"), reply);
  assertEquals((await ask("2.0")).errors, []);
  assertEquals((await ask("3.0")).rcode, RCODE.SERVFAIL);
});
