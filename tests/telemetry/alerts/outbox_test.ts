import { assertEquals } from "@std/assert";
import type { HttpContent } from "../../../lib/base/http/http_client.ts";
import { Log } from "../../../lib/observe/log.ts";
import { Outbox } from "../../../lib/telemetry/alerts/outbox.ts";
import { PostError } from "../../../lib/telemetry/post.ts";
import { FakeTime } from "../../support/fake_time.ts";

function setUp() {
  const [time, lines, sent, tries] = [new FakeTime(), [] as string[], [] as string[], [] as number[]];
  let failure: Error | null = null;
  const send = ({ body }: HttpContent): Promise<void> => {
    tries.push(time.nowMs() / 1000);
    if (failure !== null) return Promise.reject(failure);
    sent.push(`${body}`);
    return Promise.resolve();
  };
  const log = new Log({ level: "info", writeLine: (line) => void lines.push(line) });
  const outbox = new Outbox({ post: { send }, timers: time, log });
  const add = (...texts: string[]) => outbox.add(texts.map((text) => ({ type: "text/plain", body: text })));
  return { time, lines, sent, tries, outbox, add, fail: (error: Error | null) => void (failure = error) };
}

Deno.test("Outbox sends one after the other, and tries again with longer and longer pauses, saying so once", async () => {
  const { time, lines, sent, tries, outbox, add, fail } = setUp();
  fail(new PostError("its server cannot be reached: Connection refused"));
  add("a");
  await time.passAndSettle(10_000);
  add("b");
  await time.passAndSettle(10_000);
  assertEquals(tries, [0, 1, 3, 7, 15]);
  assertEquals([sent, outbox.waitingCount], [[], 2]);
  fail(null);
  await time.passAndSettle(20_000);
  assertEquals([sent, outbox.sentCount, outbox.waitingCount, time.armedCount], [["a", "b"], 2, 0, 0]);
  assertEquals(lines, [
    "dns-forwarder: warn: alerts: not sent: its server cannot be reached: Connection refused; tried again until it is",
    "dns-forwarder: alerts: they are sent again",
  ]);
});

Deno.test("Outbox pauses for five minutes at most", async () => {
  const { time, tries, add, fail } = setUp();
  fail(new PostError("no"));
  add("a");
  await time.passAndSettle(3_000_000);
  const pauses = tries.slice(1).map((at, i) => at - tries[i]!);
  assertEquals(pauses.slice(0, 11), [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
});

Deno.test("Outbox gives up what its server does not want, and sends the next", async () => {
  const { time, lines, sent, outbox, add, fail } = setUp();
  fail(new PostError("its server answers with status 404", { isFinal: true }));
  add("a");
  await time.passAndSettle(0);
  fail(null);
  add("b");
  await time.passAndSettle(0);
  assertEquals([sent, outbox.lostCount], [["b"], 1]);
  assertEquals(lines, ["dns-forwarder: error: alerts: one is not sent: its server answers with status 404"]);
});

Deno.test("Outbox keeps a hundred that wait, the newest", async () => {
  const { time, sent, outbox, add, fail } = setUp();
  fail(new PostError("no"));
  for (let i = 0; i < 150; i++) add(`${i}`);
  await time.passAndSettle(0);
  assertEquals([outbox.waitingCount, outbox.lostCount], [100, 50]);
  fail(null);
  await time.passAndSettle(1000);
  // Each takes some reactions of promises.
  for (let i = 0; i < 10; i++) await time.passAndSettle(0);
  assertEquals([sent.length, sent[0], sent.at(-1)], [100, "50", "149"]);
});

Deno.test("Outbox that has stopped tries no more", async () => {
  const { time, tries, outbox, add, fail } = setUp();
  fail(new PostError("no"));
  add("a");
  await time.passAndSettle(0);
  outbox.stop();
  await time.passAndSettle(10_000);
  assertEquals([tries, time.armedCount], [[0], 0]);
});
