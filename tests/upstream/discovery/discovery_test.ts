import { assertEquals } from "@std/assert";
import { Log } from "../../../lib/observe/log.ts";
import { Response } from "../../../lib/response/response.ts";
import { type Asked, Discovery } from "../../../lib/upstream/discovery/discovery.ts";
import { endpointText, type SecureEndpoint } from "../../../lib/upstream/endpoint.ts";
import type { Request } from "../../../lib/upstream/request.ts";
import { fakeDeadlines, settled } from "../../support/fake_time.ts";
import { records, response } from "../../support/messages.ts";

/** Who answers as the test says. */
class FakeUpstream implements Asked {
  readonly name: string;
  isKnownBad = false;
  isClosed = false;
  readonly asked: Request[] = [];
  answer: () => Promise<readonly string[]> = () => Promise.resolve([]);

  constructor(name: string) {
    this.name = name;
  }

  async ask(request: Request): Promise<Response> {
    this.asked.push(request);
    const found = new Response();
    found.read(response({ answers: records(...await this.answer()) }));
    return found;
  }
}

const SVCB = "_dns.resolver.arpa 300 IN SVCB";
const DOT = `${SVCB} 1 dns.example. alpn="dot" ipv4hint=192.0.2.54`;
const [NAMED, NAMELESS] = [
  "tls://dns.example:853?ip=192.0.2.54&designated-by=192.0.2.53",
  "tls://192.0.2.54:853?designated-by=192.0.2.53",
];

function setUp(...answers: readonly string[]) {
  const { time, deadlines } = fakeDeadlines();
  const plain = new FakeUpstream("192.0.2.53:53?ddr");
  plain.answer = () => Promise.resolve(answers);
  const opened: FakeUpstream[] = [];
  const used: (string | null)[] = [];
  const lines: string[] = [];
  const refused = new Set<string>();
  const discovery = new Discovery<FakeUpstream>({
    clock: time,
    deadlines,
    log: new Log({ level: "info", writeLine: (line) => void lines.push(line) }),
    plain,
    endpoint: { protocol: "udp", address: "192.0.2.53", port: 53, zone: null, isDiscovered: true },
    open: (endpoint: SecureEndpoint) => {
      const upstream = new FakeUpstream(endpointText(endpoint));
      upstream.answer = () => {
        return refused.has(upstream.name)
          ? Promise.reject(new Error("its certificate is for another"))
          : Promise.resolve([]);
      };
      opened.push(upstream);
      return { upstream, close: () => void (upstream.isClosed = true) };
    },
    use: (upstream) => void used.push(upstream?.name ?? null),
  });
  const end = () => {
    discovery.close();
    assertEquals([deadlines.size, opened.filter(({ isClosed }) => !isClosed).length], [0, 0]);
  };
  return { time, plain, opened, used, lines, refused, discovery, end };
}

Deno.test("[9462_04] Discovery has whom a server names asked in its place, once he has answered", async () => {
  const { discovery, used, opened, lines, end } = setUp(DOT);
  assertEquals(discovery.whyNot, "it has not said yet how else it can be asked");
  discovery.start();
  await settled();
  assertEquals([used, opened[0]!.asked.length, discovery.whyNot], [[NAMED], 1, null]);
  assertEquals(lines, [
    `dns-forwarder: upstream 192.0.2.53:53?ddr is asked as ${NAMED}, which it says is its own, and which has proved it`,
  ]);
  end();
});

Deno.test("[9462_04] Discovery tries without a name whoever is not believed by it", async () => {
  const { discovery, used, refused, opened, end } = setUp(DOT);
  refused.add(NAMED);
  discovery.start();
  await settled();
  assertEquals([used, opened.map(({ isClosed }) => isClosed)], [[NAMELESS], [true, false]]);
  end();
});

Deno.test("[9462_04] Discovery leaves the server in the clear when nobody proves to be it, and tells why", async () => {
  const { discovery, used, refused, lines, plain, time, end } = setUp(DOT);
  refused.add(NAMED).add(NAMELESS);
  discovery.start();
  await settled();
  assertEquals([used, discovery.whyNot], [[], "its certificate is for another"]);
  assertEquals(lines, [
    "dns-forwarder: warn: upstream 192.0.2.53:53?ddr is asked in the clear: its certificate is for another",
  ]);
  // It is asked again, less and less often, and the same is told once.
  await time.passAndSettle(61_000);
  assertEquals([plain.asked.length, lines.length], [2, 1]);
  await time.passAndSettle(61_000);
  assertEquals(plain.asked.length, 2);
  await time.passAndSettle(61_000);
  assertEquals(plain.asked.length, 3);
  end();
});

Deno.test("[9462_04] Discovery leaves a server in the clear that says nothing, or nothing that is spoken here", async () => {
  for (const answers of [[], [`${SVCB} 1 dns.example. alpn="h3"`]]) {
    const { discovery, used, end } = setUp(...answers);
    discovery.start();
    await settled();
    assertEquals([used, discovery.whyNot], [[], "it names no way to ask it that is spoken here"]);
    end();
  }
  const { discovery, plain, end } = setUp();
  plain.answer = () => Promise.reject(new Error("No reply"));
  discovery.start();
  await settled();
  assertEquals(discovery.whyNot, "it does not say how else it can be asked (No reply)");
  end();
});

Deno.test("Discovery goes by what it has found for as long as it holds, and stays with it as long as the same is said", async () => {
  const { discovery, used, opened, plain, time, end } = setUp(DOT);
  discovery.start();
  await time.passAndSettle(299_000);
  assertEquals(plain.asked.length, 1);
  await time.passAndSettle(2000);
  assertEquals([plain.asked.length, used, opened.length], [2, [NAMED], 1]);
  end();
});

Deno.test("Discovery goes on to another one when another one is named, and lets the former one finish", async () => {
  const { discovery, used, opened, plain, time, end } = setUp(DOT);
  discovery.start();
  await settled();
  plain.answer = () => Promise.resolve([`${SVCB} 1 new.example. alpn="dot" ipv4hint=192.0.2.99`]);
  await time.passAndSettle(301_000);
  assertEquals(used.length, 2);
  assertEquals(opened.map(({ isClosed }) => isClosed), [false, false]);
  await time.passAndSettle(31_000);
  assertEquals(opened.map(({ isClosed }) => isClosed), [true, false]);
  end();
});

Deno.test("Discovery keeps whom it has found when the server does not answer any more", async () => {
  const { discovery, used, plain, time, end } = setUp(DOT);
  discovery.start();
  await settled();
  plain.answer = () => Promise.reject(new Error("No reply"));
  await time.passAndSettle(301_000);
  assertEquals([plain.asked.length, used, discovery.whyNot], [2, [NAMED], null]);
  end();
});

Deno.test("Discovery returns to the server when whom it has found does not answer, and looks again", async () => {
  const { discovery, used, opened, time, end } = setUp(DOT);
  discovery.start();
  await settled();
  opened[0]!.isKnownBad = true;
  await time.passAndSettle(2100);
  assertEquals([used, discovery.whyNot], [[NAMED, null], `${NAMED} does not answer`]);
  await time.passAndSettle(61_000);
  assertEquals(used, [NAMED, null, NAMED]);
  end();
});

Deno.test("Discovery.reset() begins anew", async () => {
  const { discovery, used, plain, end } = setUp(DOT);
  discovery.start();
  await settled();
  discovery.reset();
  assertEquals(used, [NAMED, null]);
  await settled();
  assertEquals([used, plain.asked.length], [[NAMED, null, NAMED], 2]);
  end();
});

Deno.test("Discovery that is closed uses nobody, whatever comes", async () => {
  const { discovery, used, plain, end } = setUp(DOT);
  const later = Promise.withResolvers<readonly string[]>();
  plain.answer = () => later.promise;
  discovery.start();
  await settled();
  end();
  later.resolve([DOT]);
  await settled();
  assertEquals(used, []);
});

Deno.test("[9462_04] Discovery asks over QUIC at the address of the server alone: it has to be in the certificate", async () => {
  const there = setUp(`${SVCB} 1 dns.example. alpn="doq" ipv4hint=192.0.2.53`);
  there.discovery.start();
  await settled();
  assertEquals(there.used, ["quic://192.0.2.53:853"]);
  there.end();
  const elsewhere = setUp(`${SVCB} 1 dns.example. alpn="doq" ipv4hint=192.0.2.54`);
  elsewhere.discovery.start();
  await settled();
  assertEquals(elsewhere.used, []);
  elsewhere.end();
});

Deno.test("Discovery asks the server where whom it names is, if it does not say so", async () => {
  const { discovery, used, end } = setUp(`${SVCB} 1 dns.example. alpn="dot"`);
  discovery.start();
  await settled();
  assertEquals(used, ["tls://dns.example:853?bootstrap=192.0.2.53:53&designated-by=192.0.2.53"]);
  end();
});
