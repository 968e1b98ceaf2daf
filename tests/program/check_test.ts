import { assertEquals } from "@std/assert";
import { withoutQuic } from "../../lib/base/sockets/quic.ts";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { check, type CheckResult } from "../../lib/program/check/check.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { FakeSocket, udp } from "../support/fake_socket.ts";
import { FakeTime, settled } from "../support/fake_time.ts";
import { question, records, response } from "../support/messages.ts";

const SERVER = udp("192.0.2.53", 53);
const NAME = question("example.org").name;

/** A check that has just asked, from its own socket. */
class Checking {
  readonly time = new FakeTime();
  readonly socket = new FakeSocket(udp("0.0.0.0", 40_000));
  readonly opened: SocketAddress[] = [];
  readonly result: Promise<CheckResult>;

  constructor({ server = SERVER, sendError = null, openError = null }: {
    server?: SocketAddress;
    sendError?: Error | null;
    openError?: Error | null;
  } = {}) {
    this.socket.sendError = sendError;
    this.result = check({ server, name: NAME }, {
      clock: this.time,
      timers: this.time,
      random: { fill: (octets) => void octets.fill(0xa5) },
      network: {
        openDatagram: (local) => {
          this.opened.push(local);
          if (openError !== null) throw openError;
          return this.socket;
        },
        listenStream: () => {
          throw new Error("A check listens to nobody");
        },
        connectStream: () => Promise.reject(new Error("A check goes over UDP")),
        connectTls: () => Promise.reject(new Error("A check goes over UDP")),
        quic: withoutQuic("a check goes over UDP"),
        listenTls: () => {
          throw new Error("A check listens to nobody");
        },
      },
    });
  }

  /** Lets a reply to the query come in. */
  async reply(fields: Partial<Message>, peer: SocketAddress = SERVER): Promise<void> {
    const { id, questions } = decode(this.socket.sent[0]!.octets);
    this.socket.deliver(response({ id, questions, ...fields }), peer);
    await settled();
  }
}

Deno.test("check() asks once for the address of the name, with recursion, from a free port", async () => {
  const checking = new Checking();
  await checking.reply({});
  await checking.result;
  const [{ octets, to }, ...others] = checking.socket.sent as [{ octets: Uint8Array; to: SocketAddress }];
  const { questions, recursionDesired, isResponse, id } = decode(octets);
  assertEquals({ questions, recursionDesired, isResponse, id }, {
    questions: [question("example.org")],
    recursionDesired: true,
    isResponse: false,
    id: 0xa5a5,
  });
  assertEquals({ to, others, opened: checking.opened }, { to: SERVER, others: [], opened: [udp("0.0.0.0", 0)] });
});

Deno.test("check() asks an IPv6 server from an IPv6 socket", async () => {
  const server = udp("2001:db8::53", 53);
  const checking = new Checking({ server });
  await checking.reply({}, server);
  assertEquals((await checking.result).health, "well");
  assertEquals(checking.opened, [udp("::", 0)]);
});

Deno.test("check() is content with an answer, and says how long it took", async () => {
  const checking = new Checking();
  checking.time.pass(12);
  await checking.reply({ answers: records("example.org 300 IN A 192.0.2.1") });
  assertEquals(await checking.result, {
    health: "well",
    text: "192.0.2.53:53: example.org. IN A: NOERROR in 12.0 ms: example.org. 300 IN A 192.0.2.1",
  });
  assertEquals({ isClosed: checking.socket.isClosed, timers: checking.time.armedCount }, { isClosed: true, timers: 0 });
});

for (
  const [rcode, text, health] of [
    [RCODE.NXDOMAIN, "NXDOMAIN", "well"],
    [RCODE.SERVFAIL, "SERVFAIL", "unwell"],
    [RCODE.REFUSED, "REFUSED", "unwell"],
  ] as const
) {
  Deno.test(`check() takes ${text} for ${health}`, async () => {
    const checking = new Checking();
    await checking.reply({ rcode });
    assertEquals(await checking.result, { health, text: `192.0.2.53:53: example.org. IN A: ${text} in 0.0 ms` });
  });
}

Deno.test("check() takes a FORMERR without the question for an answer, and is not content with it", async () => {
  const checking = new Checking();
  await checking.reply({ rcode: RCODE.FORMERR, questions: [] });
  assertEquals((await checking.result).health, "unwell");
});

Deno.test("check() passes over what is no response to its query", async () => {
  const checking = new Checking();
  await checking.reply({ rcode: RCODE.SERVFAIL }, udp("192.0.2.53", 54));
  await checking.reply({ rcode: RCODE.SERVFAIL, id: 1 });
  await checking.reply({ rcode: RCODE.SERVFAIL, isResponse: false });
  await checking.reply({ rcode: RCODE.SERVFAIL, questions: [question("example.com")] });
  checking.socket.deliver(new Uint8Array(3), SERVER);
  await checking.reply({});
  assertEquals((await checking.result).health, "well");
});

Deno.test("check() gives up after two seconds", async () => {
  const checking = new Checking();
  await checking.time.passAndSettle(1999);
  assertEquals(checking.socket.isClosed, false);
  await checking.time.passAndSettle(1);
  assertEquals(await checking.result, {
    health: "unwell",
    text: "192.0.2.53:53: example.org. IN A: no answer in 2000 ms",
  });
});

Deno.test("check() says why nothing can be sent", async () => {
  const checking = new Checking({ sendError: new Error("Network is unreachable") });
  assertEquals(await checking.result, {
    health: "unwell",
    text: "192.0.2.53:53: example.org. IN A: Network is unreachable",
  });
  assertEquals(checking.socket.isClosed, true);
});

Deno.test("check() without a socket says nothing of the server: it was not asked", async () => {
  const checking = new Checking({ openError: new Error("Too many open files") });
  assertEquals(await checking.result, {
    health: "unknown",
    text: "192.0.2.53:53: example.org. IN A: Cannot ask: Too many open files",
  });
});
