// Several groups of upstreams in one program: their own timeouts, fallbacks, sources and rules, and what they share.

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { UpstreamGroupConfig } from "../../lib/config/policy.ts";
import { readExtendedError, readOptions } from "../../lib/wire/edns/edns.ts";
import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { lines, opt, question, response } from "../support/messages.ts";
import { policyOf, upstreamGroupOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { OTHER_ADDRESS, type ReceivedReply, Scene, SERVICE } from "../support/scene.ts";
import type { SceneUpstream } from "../support/scene_upstream.ts";

const ADDRESSES = ["203.0.113.53", "203.0.113.54", "203.0.113.55"];
/** Each upstream tells by its address who it is. */
const ZONES = [1, 2, 3].map((i) => {
  return recordZone(
    ...["example.org", "www.corp.example", "api.corp.example", "x.corp.example", "www.lab.example"].map((name) => {
      return `${name} 300 IN A 192.0.2.${i}`;
    }),
  );
});
const ROUTES = [{ domains: ["corp.example"], to: "corp" }, { domains: ["lab.example"], to: "lab" }];

/** What is said of the groups: `default` has the first upstream, `corp` the second, `lab` the third. */
type Groups = Partial<Record<"default" | "corp" | "lab", Partial<UpstreamGroupConfig>>>;

function policy(groups: Groups, servers: Partial<Record<keyof Groups, readonly string[]>> = {}) {
  const usual = { default: [ADDRESSES[0]!], corp: [ADDRESSES[1]!], lab: [ADDRESSES[2]!] };
  const upstreams = { ...usual, ...servers };
  return {
    ...policyOf({ upstreams, routes: ROUTES }),
    upstreamGroups: (["default", "corp", "lab"] as const).map((name) => {
      return upstreamGroupOf(name, upstreams[name], { trustsAd: true, ...groups[name] });
    }),
  };
}

/** A scene with three upstreams. */
function setUp(
  groups: Groups,
  { cacheSizeMib = 0, servers = {} }: { cacheSizeMib?: number; servers?: Parameters<typeof policy>[1] } = {},
) {
  const scene = new Scene({ zones: ZONES, config: { cacheSizeMib, policy: policy(groups, servers) } });
  /** Asks, and tells by whose answer, or with which RCODE, and after how long. */
  const ask = async (text: string) => {
    const client = scene.client();
    const startMs = scene.nowMs;
    client.ask([question(text)]);
    await scene.pass(0);
    for (let i = 0; i < 300 && client.replies.length === 0; i++) await scene.pass(10);
    return [outcomeOf(client.reply), scene.nowMs - startMs];
  };
  /** Queries that each upstream has got since the last call. */
  const asked = () => scene.upstreams.map(({ queries }) => queries.splice(0).length);
  return { scene, ask, asked };
}

function outcomeOf({ message: { answers, rcode } }: ReceivedReply): string {
  return answers.length === 0 ? `RCODE ${rcode}` : `by ${answers.at(-1)!.rdata.at(-1)}`;
}

/** Lets an upstream say nothing but an RCODE. */
function refuse(upstream: SceneUpstream, rcode: number): void {
  upstream.onQuery = (query) => {
    const { id, questions } = query.message;
    upstream.reply(query, response({ id, questions, rcode, additionals: [opt()] }));
  };
}

/** Lets an upstream say that it has checked its answers. */
function authenticate(upstream: SceneUpstream): void {
  upstream.onQuery = upstream.onStreamQuery = (query) => {
    const octets = upstream.response(query);
    octets[3]! |= 0x20;
    upstream.reply(query, octets);
  };
}

Deno.test("a group has a timeout of its own, for all who wait for it; others take as long as clients wait", async () => {
  const { scene, ask } = setUp({ corp: { timeoutMs: 500 } });
  for (const upstream of scene.upstreams) upstream.fallSilent();
  assertEquals(await ask("www.corp.example"), ["RCODE 2", 510]);
  assertEquals(await ask("example.org"), ["RCODE 2", 2010]);
  const [first, second] = [scene.client(), scene.client()];
  first.ask([question("api.corp.example")]);
  await scene.pass(300);
  second.ask([question("api.corp.example")]);
  await scene.pass(210);
  assertEquals([first.replies.length, second.replies.length], [1, 0]);
  await scene.pass(300);
  assertEquals(outcomeOf(second.reply), "RCODE 2");
  await scene.settle();
});

Deno.test("a group with more time than clients wait has as much as they do", async () => {
  const { scene, ask } = setUp({ corp: { timeoutMs: 10_000 } });
  scene.upstreams[1]!.fallSilent();
  assertEquals(await ask("www.corp.example"), ["RCODE 2", 2010]);
  await scene.settle();
});

Deno.test("the fallback of a group answers well within the timeout when the group is dead, and at once when that is known", async () => {
  const { scene, ask, asked } = setUp({ corp: { fallback: "lab" } });
  scene.upstreams[1]!.die();
  assertEquals(await ask("www.corp.example"), ["by 3", 1010]);
  await ask("api.corp.example");
  await ask("x.corp.example");
  asked();
  assertEquals(await ask("www.corp.example"), ["by 3", 0]);
  assertEquals(asked()[0], 0);
  // The others are as well as ever.
  assertEquals(await ask("www.lab.example"), ["by 3", 0]);
  scene.upstreams[1]!.revive();
  await scene.pass(60_000);
  for (let i = 0; i < 3; i++) await ask("api.corp.example");
  assertEquals(await ask("www.corp.example"), ["by 2", 0]);
  await scene.settle();
});

Deno.test("the fallback of a group answers at once what the group has no answer for, and what counts as one the group says", async () => {
  const usual = setUp({ corp: { fallback: "lab" } });
  refuse(usual.scene.upstreams[1]!, RCODE.SERVFAIL);
  assertEquals(await usual.ask("www.corp.example"), ["by 3", 0]);
  const strict = setUp({ corp: { fallback: "lab", failoverOn: [RCODE.REFUSED] } });
  refuse(strict.scene.upstreams[1]!, RCODE.SERVFAIL);
  assertEquals(await strict.ask("www.corp.example"), ["RCODE 2", 0]);
  assertEquals(strict.asked()[2], 0);
  refuse(strict.scene.upstreams[1]!, RCODE.REFUSED);
  assertEquals(await strict.ask("api.corp.example"), ["by 3", 0]);
});

Deno.test("a group whose fallback is dead, too, is SERVFAIL in time, and says who was asked", async () => {
  const { scene } = setUp({ corp: { fallback: "lab" } });
  for (const upstream of scene.upstreams.slice(1)) upstream.die();
  const client = scene.client();
  client.ask([question("www.corp.example")], { additionals: [opt()] });
  await scene.pass(2020);
  const { rcode, additionals } = client.reply.message;
  assertEquals(rcode, RCODE.SERVFAIL);
  const [error] = readOptions(additionals[0]!.rdata).map(readExtendedError);
  for (const address of ADDRESSES.slice(1)) assertStringIncludes(error!.text, address);
  await scene.settle();
});

Deno.test("a chain of three groups answers when the first two are dead", async () => {
  const { scene, ask } = setUp({ corp: { fallback: "lab" }, lab: { fallback: "default" } });
  for (const upstream of scene.upstreams.slice(1)) upstream.die();
  assertEquals(await ask("www.corp.example"), ["by 1", 1510]);
  await scene.settle();
});

Deno.test("what the fallback says is remembered as the group's answer, and as nobody else's", async () => {
  const { scene, ask, asked } = setUp({ corp: { fallback: "default" } }, { cacheSizeMib: 1 });
  refuse(scene.upstreams[1]!, RCODE.REFUSED);
  assertEquals(await ask("www.corp.example"), ["by 1", 0]);
  asked();
  assertEquals(await ask("www.corp.example"), ["by 1", 0]);
  assertEquals(asked(), [0, 0, 0]);
  // Without the route the default is asked for it, and what it has said on behalf of others does not count.
  scene.app.use({ ...scene.config, policy: { ...policy({}), routes: [] } });
  await ask("www.corp.example");
  assertEquals(asked(), [1, 0, 0]);
  await scene.settle();
});

Deno.test("a group that is known to be bad gives stale answers at once; others wait for theirs", async () => {
  const { scene, ask } = setUp({}, { cacheSizeMib: 1 });
  for (const name of ["www.corp.example", "www.lab.example"]) await ask(name);
  for (const upstream of scene.upstreams.slice(1)) upstream.die();
  for (const name of ["api.corp.example", "x.corp.example"]) await ask(name);
  await scene.pass(300_000);
  assertEquals(await ask("www.corp.example"), ["by 2", 0]);
  assertEquals((await ask("www.lab.example"))[1] !== 0, true);
  await scene.settle();
});

Deno.test("two groups with a server in common know of each other that it is dead", async () => {
  const both = [ADDRESSES[1]!, ADDRESSES[2]!];
  const { scene, ask, asked } = setUp({}, { servers: { corp: both, lab: both } });
  scene.upstreams[1]!.die();
  for (const name of ["www.corp.example", "api.corp.example", "x.corp.example", "www.corp.example"]) await ask(name);
  await scene.pass(3000);
  asked();
  assertEquals(await ask("www.lab.example"), ["by 3", 0]);
  assertEquals(scene.app.state.upstreams.map(({ state }) => state).filter((state) => state !== "up").length, 1);
  await scene.settle();
});

Deno.test("[4035_09] AD of a group that is trusted is passed on, from memory as well, and of another group it is not", async () => {
  for (const cacheSizeMib of [0, 1]) {
    const { scene } = setUp({ lab: { trustsAd: false }, corp: { trustsAd: true } }, { cacheSizeMib });
    for (const upstream of scene.upstreams) authenticate(upstream);
    const authentic = async (text: string) => {
      const client = scene.client();
      client.ask([question(text)], { isAuthenticData: true });
      await scene.pass(0);
      return client.reply.message.isAuthenticData;
    };
    const twice = async (text: string) => [await authentic(text), await authentic(text)];
    assertEquals(await twice("www.corp.example"), [true, true]);
    assertEquals(await twice("www.lab.example"), [false, false]);
  }
});

Deno.test("[4035_09] AD that is not trusted is not given to those who come over TCP, or with the fallback's answer, or with half of one", async () => {
  const { scene, ask } = setUp({ lab: { trustsAd: false }, corp: { trustsAd: true, fallback: "lab" } });
  authenticate(scene.upstreams[2]!);
  refuse(scene.upstreams[1]!, RCODE.REFUSED);
  assertEquals((await ask("www.corp.example"))[0], "by 3");
  const client = scene.client();
  client.ask([question("www.corp.example")], { isAuthenticData: true });
  await scene.pass(0);
  assertEquals([outcomeOf(client.reply), client.reply.message.isAuthenticData], ["by 3", false]);
  const stream = await scene.streamClient();
  stream.ask([question("www.lab.example")], { isAuthenticData: true });
  await scene.pass(0);
  assertEquals(stream.replies.map(({ message }) => message.isAuthenticData), [false]);
  // What is truncated, and not to be had whole.
  const lab = scene.upstreams[2]!;
  lab.onQuery = (query) => {
    const octets = lab.response(query);
    octets[2]! |= 0x02;
    octets[3]! |= 0x20;
    lab.reply(query, octets);
  };
  lab.refuseStreams();
  const half = scene.client();
  half.ask([question("www.lab.example")], { isAuthenticData: true });
  await scene.pass(3000);
  const { isTruncated, isAuthenticData } = half.reply.message;
  assertEquals([isTruncated, isAuthenticData], [true, false]);
  await scene.settle();
});

Deno.test("groups that ask the same servers share answers only if the same of them is believed", async () => {
  const { scene, asked } = setUp(
    { corp: { trustsAd: true }, lab: { trustsAd: false } },
    { cacheSizeMib: 1, servers: { corp: [ADDRESSES[1]!], lab: [ADDRESSES[1]!] } },
  );
  authenticate(scene.upstreams[1]!);
  const ask = async () => {
    const client = scene.client();
    client.ask([question("www.corp.example")], { isAuthenticData: true });
    await scene.pass(0);
    return [client.reply.message.isAuthenticData, asked()[1]];
  };
  assertEquals([await ask(), await ask()], [[true, 1], [true, 0]]);
  const { policy: given } = scene.config;
  scene.app.use({ ...scene.config, policy: { ...given!, routes: [{ ...given!.routes[0]!, to: "lab" }] } });
  assertEquals([await ask(), await ask()], [[false, 1], [false, 0]]);
  // Back to the first: under another name it still has its answers.
  const renamed = { ...given!.upstreamGroups[1]!, name: "office" };
  const upstreamGroups = [...given!.upstreamGroups.toSpliced(1, 1), renamed];
  scene.app.use({
    ...scene.config,
    policy: { ...given!, upstreamGroups, routes: [{ ...given!.routes[0]!, to: "office" }] },
  });
  assertEquals(await ask(), [true, 0]);
  await scene.settle();
});

Deno.test("a group is asked from the address that it says, over UDP and TCP, and the others from any", async () => {
  const { scene, ask } = setUp({ corp: { sources: [OTHER_ADDRESS] } });
  const corp = scene.upstreams[1]!;
  assertEquals([await ask("www.corp.example"), await ask("example.org")], [["by 2", 0], ["by 1", 0]]);
  assertEquals(scene.upstreams.map(({ queries }) => queries[0]?.peer.hostname), [
    "192.0.2.53",
    OTHER_ADDRESS,
    undefined,
  ]);
  corp.onQuery = (query) => {
    const octets = corp.response(query);
    octets[2]! |= 0x02;
    corp.reply(query, octets);
  };
  assertEquals((await ask("api.corp.example"))[0], "by 2");
  assertEquals(corp.streamQueries.map(({ peer }) => peer.hostname), [OTHER_ADDRESS]);
  assertEquals(scene.app.state.upstreams.map(({ name }) => name), [
    "203.0.113.53:53",
    `203.0.113.54:53 from ${OTHER_ADDRESS}`,
    "203.0.113.55:53",
  ]);
  await scene.settle();
});

Deno.test("a source that this machine does not have fails at once, and the fallback is asked", async () => {
  const { ask } = setUp({ corp: { sources: ["192.0.2.99"], fallback: "lab" } });
  assertEquals(await ask("www.corp.example"), ["by 3", 0]);
  const alone = setUp({ corp: { sources: ["192.0.2.99"] } });
  assertEquals((await alone.ask("www.corp.example"))[0], "RCODE 2");
  await alone.scene.settle();
});

Deno.test("a group that is in no configuration any more is closed behind its last query, its fallback behind it", async () => {
  const { scene, asked } = setUp({ corp: { fallback: "lab", sources: [OTHER_ADDRESS] } });
  scene.upstreams[1]!.die();
  const client = scene.client();
  client.ask([question("www.corp.example")]);
  await scene.pass(100);
  const { policy: given } = scene.config;
  scene.app.use({
    ...scene.config,
    policy: { ...given!, upstreamGroups: given!.upstreamGroups.slice(0, 1), routes: [] },
  });
  await scene.pass(1000);
  assertEquals([outcomeOf(client.reply), asked()[2]], ["by 3", 1]);
  await scene.settle();
  assertEquals(scene.app.state.upstreams.map(({ name }) => name), ["203.0.113.53:53"]);
  assertEquals(scene.host.openSockets.filter(({ address }) => address.hostname === OTHER_ADDRESS), []);
});

Deno.test("of the groups in the way of a question that fails together, those alone are looked at for loops", async () => {
  const { scene, asked } = setUp({ corp: { fallback: "lab" } });
  for (const upstream of scene.upstreams) upstream.fallSilent();
  const clients = [scene.client(), scene.client()];
  for (const client of clients) client.ask([question("www.corp.example")]);
  await scene.pass(2100);
  assertEquals(clients.map(({ replies }) => replies.length), [1, 1]);
  const probed = scene.upstreams.map(({ queries }) => {
    return queries.some(({ message }) => message.questions[0]!.type === TYPE.TXT);
  });
  assertEquals(probed, [false, true, true]);
  asked();
  await scene.settle();
});

Deno.test("two groups that ask the same servers in other ways share no exchange", async () => {
  const { scene } = setUp(
    { corp: { timeoutMs: 500 }, lab: { timeoutMs: 1500 } },
    { servers: { corp: [ADDRESSES[1]!], lab: [ADDRESSES[1]!] } },
  );
  scene.upstreams[1]!.onQuery = (query) => scene.upstreams[1]!.answer(query, { afterMs: 1000 });
  const { policy: given } = scene.config;
  const clients = {
    ...given!,
    clientGroups: [],
    routes: [{ ...given!.routes[0]!, types: [TYPE.A] }, { ...given!.routes[0]!, to: "lab", types: [TYPE.AAAA] }],
  };
  scene.app.use({ ...scene.config, policy: clients });
  const [short, long] = [scene.client(), scene.client()];
  short.ask([question("www.corp.example")]);
  long.ask([question("www.corp.example AAAA")]);
  await scene.pass(1100);
  assertEquals([outcomeOf(short.reply), long.reply.message.rcode], ["RCODE 2", RCODE.NOERROR]);
  assertEquals(lines(long.reply.message.answers), []);
  await scene.settle();
});

Deno.test("a loop that one route alone is in, and other names are not, is found out: the upstream is left alone, its fallback is asked", async () => {
  const { scene, ask } = setUp({ corp: { fallback: "lab" } });
  const corp = scene.upstreams[1]!;
  const peers = new Map<number, Parameters<typeof corp.onQuery>[0]>();
  // A forwarder that has a route as well, to this program.
  corp.onQuery = (query) => {
    const { message, octets } = query;
    if (message.isResponse) return corp.reply(peers.get(message.id)!, octets);
    if (!nameToText(message.questions[0]!.name).toLowerCase().endsWith(".corp.example.")) return corp.answer(query);
    peers.set(message.id, query);
    corp.send(octets, SERVICE, { afterMs: 1 });
  };
  assertEquals(await ask("www.corp.example"), ["by 3", 1010]);
  await scene.pass(100);
  assertEquals(await ask("api.corp.example"), ["by 3", 0]);
  assertEquals(scene.world.lines.filter((line) => line.includes("leads back to this program")).length, 1);
  await scene.settle();
});
