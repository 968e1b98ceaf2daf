import { assertEquals } from "@std/assert";
import type { Counters } from "../../lib/observe/counters.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { encode, type Message } from "../../lib/wire/message.ts";
import { lines, opt, question } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { type ReceivedQuery, Scene, type SceneOptions } from "../support/scene.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

type SlotCounts = { readonly [Name in keyof Counters as Name extends `slot${string}` ? Name : never]: number };

/** What the usual way has counted, but for zeros. */
function slotCounts({ app: { counters } }: Scene): Partial<SlotCounts> {
  return Object.fromEntries(Object.entries(counters).filter(([name, count]) => name.startsWith("slot") && count > 0));
}

/** Asks from clients of their own, one after the other. */
async function ask(scene: Scene, names: readonly string[], fields: Partial<Message> = {}): Promise<string[][]> {
  const answers: string[][] = [];
  for (const name of names) {
    const client = scene.client();
    client.ask([question(name)], fields);
    await scene.pass(4000);
    answers.push(lines(client.reply.message.answers));
  }
  return answers;
}

function respond(scene: Scene, query: ReceivedQuery, fields: Partial<Message>): void {
  scene.upstream.reply(query, encode({ ...query.message, isResponse: true, additionals: [], ...fields }));
}

/** What clients and servers say all the time. */
const COMMON: readonly {
  readonly what: string;
  readonly fields?: Partial<Message>;
  readonly options?: SceneOptions;
}[] = [
  { what: "a bare query" },
  { what: "EDNS, AD and DO", fields: { isAuthenticData: true, additionals: [opt({ wantsDnssec: true })] } },
  {
    what: "a client cookie",
    fields: { additionals: [opt({ options: [{ code: 10, data: new Uint8Array(8).fill(7) }] })] },
  },
  { what: "several upstreams", options: { upstreamCount: 3 } },
  { what: "upstreams that know cookies", options: { habits: { cookies: "knows", signs: true } } },
];

for (const { what, fields = {}, options = {} } of COMMON) {
  Deno.test(`usual way: ${what} goes it, one question after the other`, async () => {
    const zone = recordZone("a.example 300 IN A 192.0.2.1", "b.example 300 IN CNAME a.example");
    const scene = new Scene({ zone, config: { cacheSizeMib: 1 }, ...options });
    await ask(scene, ["a.example", "b.example", "none.example", "none.example", "a.example"], fields);
    const { slotQuestions = 0, ...others } = slotCounts(scene);
    assertEquals(slotQuestions > 0, true);
    assertEquals(slotQuestions, scene.app.counters.upstreamQuestions);
    // Denials are asked for once more until the server has shown that it ignores letter case.
    assertEquals(Object.keys(others).filter((name) => name !== "slotsAskedAgain"), []);
    await scene.app.stop();
  });
}

/** What else befalls a question, and what it counts as. */
const LEAVES: readonly {
  readonly what: string;
  readonly counted: keyof SlotCounts;
  readonly options?: SceneOptions;
  readonly befalls: (scene: Scene) => void;
}[] = [
  {
    what: "the upstream is silent",
    counted: "slotsSlow",
    befalls: (scene) => scene.upstream.onQuery = () => {},
  },
  {
    what: "the upstream says REFUSED",
    counted: "slotsUseless",
    options: { config: { randomizesCase: false } },
    befalls: (scene) => {
      scene.upstream.onQuery = (query) => respond(scene, query, { rcode: RCODE.REFUSED });
    },
  },
  {
    what: "the letter case is another one",
    counted: "slotsAskedAgain",
    befalls: (scene) => {
      let count = 0;
      scene.upstream.onQuery = (query) => {
        const octets = scene.upstream.response(query);
        if (count++ === 0) { for (let i = 13; i < 20; i++) octets[i]! ^= 0x20; }
        scene.upstream.reply(query, octets);
      };
    },
  },
  {
    what: "nothing can be sent",
    counted: "slotsFailed",
    befalls: (scene) => {
      let count = 0;
      scene.host.sendFault = () => count++ === 0 ? new Error("No buffer space available") : null;
    },
  },
];

for (const { what, counted, options = {}, befalls } of LEAVES) {
  Deno.test(`usual way: a question leaves it when ${what}, and is answered like any other`, async () => {
    const scene = new Scene({ upstreamCount: 2, ...options });
    befalls(scene);
    assertEquals(await ask(scene, ["example.org"]), [ANSWER]);
    const { slotQuestions, ...left } = slotCounts(scene);
    assertEquals([slotQuestions, left], [1, { [counted]: 1 }]);
    assertEquals(scene.app.held.inFlight, 0);
    await scene.settle();
    assertEquals(scene.app.held.deadlines, 0);
    await scene.app.stop();
  });
}

Deno.test("usual way: a question leaves it when somebody else asks the same, and both are answered", async () => {
  const scene = new Scene();
  scene.upstream.onQuery = (query) => scene.upstream.reply(query, scene.upstream.response(query), { afterMs: 10 });
  const clients = [scene.client(), scene.client(), scene.client()];
  for (const client of clients) client.ask([question("example.org")]);
  await scene.pass(20);
  assertEquals(clients.map((client) => lines(client.reply.message.answers)), [ANSWER, ANSWER, ANSWER]);
  assertEquals([slotCounts(scene), scene.upstream.queries.length], [{ slotQuestions: 1, slotsShared: 1 }, 1]);
  await scene.app.stop();
});

Deno.test("usual way: a question that is refused to make room is learned all the same, whatever its buffer holds then", async () => {
  const scene = new Scene({
    zone: recordZone("a.example 300 IN A 192.0.2.1", "b.example 300 IN A 192.0.2.2", "c.example 300 IN A 192.0.2.3"),
    config: { maxInFlight: 2, cacheSizeMib: 1 },
  });
  scene.upstream.onQuery = (query) => scene.upstream.reply(query, scene.upstream.response(query), { afterMs: 50 });
  const greedy = [scene.client(), scene.client()];
  greedy[0]!.ask([question("a.example")]);
  greedy[1]!.ask([question("b.example")]);
  await scene.pass(1);
  const other = scene.client("203.0.113.7");
  other.ask([question("c.example")]);
  await scene.pass(100);
  assertEquals(greedy[1]!.reply.message.rcode, RCODE.REFUSED);
  assertEquals(lines(other.reply.message.answers), ["c.example. 300 IN A 192.0.2.3"]);
  const { upstreamQuestions } = scene.app.counters;
  assertEquals(await ask(scene, ["b.example"]), [["b.example. 300 IN A 192.0.2.2"]]);
  assertEquals(scene.app.counters.upstreamQuestions, upstreamQuestions);
  await scene.app.stop();
});

Deno.test("usual way: what is asked in an order that is found out for each question does not go it", async () => {
  const scene = new Scene({ config: { strategy: "fastest" }, upstreamCount: 2 });
  assertEquals(await ask(scene, ["example.org"]), [ANSWER]);
  assertEquals(slotCounts(scene), { slotsUnusual: 1 });
  await scene.app.stop();
});

Deno.test("usual way: without it all is the same but for what it counts", async () => {
  const scene = new Scene({ config: { hasFastPath: false } });
  assertEquals(await ask(scene, ["example.org"]), [ANSWER]);
  assertEquals(slotCounts(scene), {});
  await scene.app.stop();
});

Deno.test("usual way: the status says how many went it, and why others left", async () => {
  const scene = new Scene();
  await ask(scene, ["example.org"]);
  const line = scene.app.status().find((text) => text.startsWith("usual way"));
  assertEquals(
    line,
    "usual way upstream: questions=1 (left it: slow=0 askedAgain=0 failed=0 useless=0 shared=0) others=0",
  );
  await scene.app.stop();
});
