// Clients over QUIC on real sockets: what only Deno's own QUIC shows.

import { assertEquals, assertRejects } from "@std/assert";
import { App } from "../../../lib/app/app.ts";
import type { FullConfig } from "../../../lib/config/config.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import type { TlsMaterial } from "../../../lib/server/certificates/tls_material.ts";
import { parseListen } from "../../../lib/server/listen/listen.ts";
import { denoRuntime } from "../../../lib/system/deno_runtime.ts";
import { DOQ_CODE } from "../../../lib/wire/quic/doq.ts";
import { toFrame } from "../../../lib/wire/stream_frames.ts";
import { lines, opt, question, wire } from "../../support/messages.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { quicTest, TestQuicClient } from "./quic_client.ts";

const { server, otherName } = await testCertificates();
const MATERIAL: TlsMaterial = { identities: [server], authorities: {} };

/** The program, which says of every name the same. */
function start(fields: Partial<FullConfig> = {}): App {
  const config: FullConfig = {
    ...DEFAULTS,
    listen: [parseListen("quic://127.0.0.1:0", 53)],
    logLevel: "error",
    ...fields,
  };
  return new App(config, denoRuntime({}, () => {}), undefined, MATERIAL);
}

async function connected(app: App): Promise<TestQuicClient> {
  const client = new TestQuicClient();
  await client.connect(app.addresses[0]!);
  return client;
}

quicTest("[9250_01] queries over QUIC are answered, many at a time, with padding", async () => {
  const app = start();
  const client = await connected(app);
  const replies = await Promise.all(Array.from({ length: 200 }, (_, i) => client.ask(`n${i}.example A`)));
  assertEquals(
    new Set(replies.map(({ id, rcode, answers }) => `${id} ${rcode} ${answers.length}`)),
    new Set(["0 0 1"]),
  );
  assertEquals(lines(replies[7]!.answers)[0]!.startsWith("n7.example. "), true);
  const message = wire({ id: 0, recursionDesired: true, questions: [question("a.example")], additionals: [opt()] });
  assertEquals((await client.exchange(toFrame(message))).length, 2 + 468);
  client.close();
  await app.stop();
});

quicTest(
  "[9250_02] a client over QUIC that breaks the rules loses its connection, and others keep theirs",
  async () => {
    const app = start();
    const [good, bad] = [await connected(app), await connected(app)];
    const message = wire({ id: 7, questions: [question("a.example")] });
    await assertRejects(() => bad.exchange(toFrame(message)));
    assertEquals(await bad.closed, { code: DOQ_CODE.PROTOCOL_ERROR, reason: "a message ID other than 0" });
    assertEquals((await good.ask("a.example")).answers.length, 1);
    good.close();
    bad.close();
    await app.stop();
  },
);

quicTest("a certificate over QUIC is replaced for new connections, and no other one is touched", async () => {
  const app = start();
  const before = await connected(app);
  app.show({ identities: [otherName], authorities: {} });
  await assertRejects(() => connected(app));
  const after = new TestQuicClient();
  await after.connect(app.addresses[0]!, { serverName: "other.example.org" });
  for (const client of [before, after]) {
    assertEquals((await client.ask("a.example")).answers.length, 1);
    client.close();
  }
  await app.stop();
});

quicTest("a program that stops answers what was asked over QUIC, and closes with NO_ERROR", async () => {
  const app = start();
  const client = await connected(app);
  const pending = Array.from({ length: 20 }, (_, i) => client.ask(`n${i}.example`));
  await pending[0];
  const stopped = app.stop();
  assertEquals((await Promise.all(pending.slice(0, 1))).length, 1);
  await stopped;
  assertEquals((await client.closed).code, DOQ_CODE.NO_ERROR);
  await Promise.allSettled(pending);
  client.close();
});
