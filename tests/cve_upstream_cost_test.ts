// Replies that cost more time than they are worth: an attacker with a zone and a client that asks for its names. What they
// may cost is stated as steps, see `PointerWork`; time is never asserted.

import { assert, assertEquals, assertLess } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { formatSocketAddress, type SocketAddress } from "../lib/base/net/address.ts";
import { FLAG, putFlags } from "../lib/wire/header.ts";
import { putUint16, uint16At } from "../lib/wire/octets.ts";
import { MessageScan, SCAN } from "../lib/wire/scan.ts";
import { startProgram } from "./end_to_end/program.ts";
import { TcpServer } from "./end_to_end/tcp_server.ts";
import { UdpClient } from "./end_to_end/udp_client.ts";
import { UdpServer } from "./end_to_end/udp_server.ts";
import { hex, opt, question, wire } from "./support/messages.ts";
import { stepsMax } from "./wire/pointer_messages.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** An empty reply with TC. */
function truncated(query: Octets): Octets {
  const scan = new MessageScan();
  scan.scan(query);
  const reply = query.slice(0, scan.questionsEnd);
  reply.fill(0, 6, 12);
  putFlags(reply, FLAG.QR | FLAG.RD | FLAG.RA | FLAG.TC);
  return reply;
}

/**
 * 64 KiB of MX records, each with a name of its own that ends, by a pointer, in one of `labels` labels or up to 59 fewer.
 * That name stands in the RDATA of a TXT record, where no writer would point to.
 */
function mxBomb(query: Octets, labels: number): Octets {
  const head = truncated(query);
  putFlags(head, FLAG.QR | FLAG.RD | FLAG.RA);
  const txt = hex(`c00c 0010 0001 0000003c 0100 ff ${"0161".repeat(127)} 00`);
  const nameOffset = head.length + 13 + 2 * (127 - labels);
  const parts = [head, txt];
  let length = head.length + txt.length;
  for (let i = 0; length + 18 < 65_535; i++, length += 18) {
    const mx = hex("c00c 000f 0001 0000003c 0006 0000 0121 c000");
    putUint16(mx, 12, i);
    mx[15] = 33 + i % 90;
    putUint16(mx, 16, 0xc000 | (nameOffset + 2 * (i % 60)));
    parts.push(mx);
  }
  const reply = concat(parts);
  putUint16(reply, 6, parts.length - 1);
  return reply;
}

/** An upstream whose replies are truncated over UDP; over TCP, on the same port, it replies with what `whole` makes. */
async function truncatingUpstream(
  whole: (query: Octets) => Octets,
): Promise<AsyncDisposable & { address: SocketAddress }> {
  for (;;) {
    const datagrams = new UdpServer(({ octets }) => truncated(octets));
    const { address } = datagrams;
    try {
      const streams = new TcpServer(whole, address.port);
      const dispose = async () => {
        await datagrams[Symbol.asyncDispose]();
        await streams[Symbol.asyncDispose]();
      };
      return { address, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      // Whether a port is free for UDP says nothing of TCP.
      await datagrams[Symbol.asyncDispose]();
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** The costliest names of which `PointerWork` lets 64 KiB be full, and some beyond. */
const LABELS = { costly: 90, tooCostly: 126 };

for (
  const [what, labels, status] of [["takes", LABELS.costly, SCAN.ok], [
    "refuses",
    LABELS.tooCostly,
    SCAN.malformed,
  ]] as const
) {
  Deno.test(`CVE-2024-8508: MessageScan ${what} a reply of 64 KiB whose names have up to ${labels} labels`, () => {
    const reply = mxBomb(wire({ questions: [question("r0n0.example.org MX")] }), labels);
    const scan = new MessageScan();
    assertEquals(scan.scan(reply), status);
    assertLess(scan.pointerSteps, stepsMax(reply.length));
  });
}

for (const questionCount of [1, 8]) {
  for (const labels of [LABELS.costly, LABELS.tooCostly]) {
    const title = `${questionCount} questions with replies of 64 KiB over TCP, of ${labels} labels a name`;
    Deno.test(`CVE-2024-8508: ${title}, do not stop the program`, async () => {
      await using upstream = await truncatingUpstream((query) => mxBomb(query, labels));
      const flags = ["--resolver", formatSocketAddress(upstream.address), "--timeout", "300"];
      await using program = startProgram(...flags);
      using client = new UdpClient(program.address);
      for (let round = 0; round < 3; round++) {
        const names = Array.from({ length: questionCount }, (_, i) => question(`r${round}n${i}.example.org MX`));
        const query = wire({ id: round, recursionDesired: true, questions: names, additionals: [opt()] });
        // What cannot be read is ignored as if it had not come, and the truncated reply is all that there is in the end.
        assert((uint16At(await client.ask(query), 2) & FLAG.TC) !== 0, "TC");
      }
    });
  }
}
