// Groups of upstreams on real sockets: where queries leave from, which only a kernel shows, and who answers when others do not.

import { assertEquals } from "@std/assert";
import { App } from "../../lib/app/app.ts";
import type { UpstreamGroupConfig } from "../../lib/config/policy.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { chooseDatagramIo } from "../../lib/system/datagram_io.ts";
import { denoRuntime } from "../../lib/system/deno_runtime.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";
import { udp } from "../support/fake_socket.ts";
import { lines, question, record, response, wire } from "../support/messages.ts";
import { policyOf, upstreamGroupOf } from "../support/policies.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";
import { plainListen } from "../../lib/server/listen/listen.ts";

const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";

/** What a server says that knows each name, by an address of its own. */
function saying(address: string, fields: Partial<Message> = {}) {
  return ({ octets }: { octets: Uint8Array<ArrayBuffer> }) => {
    const { id, questions, additionals } = decode(octets);
    const answers = [record(`${nameToText(questions[0]!.name)} 60 IN A ${address}`)];
    return response({ id, questions, answers: fields.rcode ? [] : answers, additionals, ...fields });
  };
}

/** The program with these groups, the first being `default`, and a route to each of the others, `<name>.example`. */
function start(io: "plain" | "native", groups: Record<string, Partial<UpstreamGroupConfig> & { at: UdpServer }>) {
  const names = Object.keys(groups);
  const routes = names.slice(1).map((name) => ({ domains: [`${name}.example`], to: name }));
  const upstreamGroups = Object.entries(groups).map(([name, { at, ...fields }]) => {
    return upstreamGroupOf(name, [], { servers: [endpointAt(at.address)], ...fields });
  });
  const policy = { ...policyOf({ upstreams: {}, routes }), upstreamGroups };
  const chosen = chooseDatagramIo({ io, sharesPort: false });
  const { openDatagram } = chosen;
  const config = { ...DEFAULTS, listen: [plainListen(udp("127.0.0.1", 0))], logLevel: "error" as const, io, policy };
  const app = new App(config, denoRuntime({ openDatagram }, () => {}));
  const ask = async (text: string, fields: Partial<Message> = {}) => {
    using client = new UdpClient(app.addresses[0]!);
    return decode(
      await client.ask(wire({ id: 0x1234, recursionDesired: true, questions: [question(text)], ...fields })),
    );
  };
  const stop = async () => {
    await app.stop();
    chosen.close();
  };
  return { app, ask, [Symbol.asyncDispose]: stop };
}

for (const io of ["plain", "native"] as const) {
  const ignore = io === "native" && !CAN_CALL;
  const test = (fact: string, fn: () => Promise<void>) => {
    Deno.test({ name: `${fact}, --io ${io}${ignore ? " (needs --allow-ffi)" : ""}`, ignore, fn });
  };

  test("a group's queries leave from the address that it says, over IPv4 and IPv6", async () => {
    await using any = new UdpServer(saying("192.0.2.1"));
    await using v4 = new UdpServer(saying("192.0.2.2"));
    await using v6 = new UdpServer(saying("192.0.2.3"), "::1");
    const sources = ["127.0.0.2", "::1"];
    await using program = start(io, { default: { at: any }, four: { at: v4, sources }, six: { at: v6, sources } });
    for (const name of ["x.example", "x.four.example", "x.six.example"]) {
      assertEquals((await program.ask(name)).rcode, RCODE.NOERROR);
    }
    assertEquals([any, v4, v6].map(({ queries }) => queries[0]!.peer.hostname), ["127.0.0.1", "127.0.0.2", "::1"]);
  });

  test("the fallback answers for a group that refuses, and for one that says nothing", async () => {
    await using refusing = new UdpServer(saying("192.0.2.1", { rcode: RCODE.REFUSED }));
    await using silent = new UdpServer(() => null);
    await using good = new UdpServer(saying("192.0.2.2"));
    await using program = start(io, {
      default: { at: good },
      refusing: { at: refusing, fallback: "default" },
      silent: { at: silent, fallback: "default", timeoutMs: 200 },
    });
    for (const name of ["x.refusing.example", "x.silent.example"]) {
      assertEquals(lines((await program.ask(name)).answers), [`${name}. 60 IN A 192.0.2.2`]);
    }
    assertEquals([refusing.queries.length > 0, silent.queries.length > 0, good.queries.length], [true, true, 2]);
  });
}

Deno.test("what is asked over TCP leaves from the address that a group says, too", async () => {
  await using server = new UdpServer(saying("192.0.2.1", { isTruncated: true, answers: [] }));
  const listener = Deno.listen({ hostname: "127.0.0.1", port: server.address.port });
  const peers: string[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      peers.push(connection.remoteAddr.hostname);
      const frames = new StreamFrames();
      for (let message = frames.take(); message === null; message = frames.take()) {
        const count = await connection.read(frames.space());
        if (count === null) break;
        frames.filled(count);
        const octets = frames.take();
        if (octets === null) continue;
        await connection.write(toFrame(saying("192.0.2.1")({ octets })));
      }
      connection.close();
    }
  })();
  {
    await using program = start("plain", { default: { at: server, sources: ["127.0.0.3"] } });
    assertEquals(lines((await program.ask("example.org")).answers), ["example.org. 60 IN A 192.0.2.1"]);
  }
  listener.close();
  await serving;
  assertEquals(peers, ["127.0.0.3"]);
});

Deno.test("AD passes from a group that is trusted, and from no other, on a miss and on a hit", async () => {
  const isAuthenticData = true;
  await using server = new UdpServer(saying("192.0.2.1", { isAuthenticData }));
  await using program = start("plain", {
    default: { at: server, trustsAd: false },
    trusted: { at: server, trustsAd: true },
  });
  const ad = async (name: string) => (await program.ask(name, { isAuthenticData })).isAuthenticData;
  const seen = [];
  for (const name of ["x.example", "x.example", "x.trusted.example", "x.trusted.example"]) seen.push(await ad(name));
  assertEquals([seen, server.queries.length], [[false, false, true, true], 2]);
});
