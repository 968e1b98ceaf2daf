import { assertEquals, assertStrictEquals } from "@std/assert";
import { UntrustedError } from "../../../../lib/upstream/refusal.ts";
import { Reconnects } from "../../../../lib/upstream/stream/pool/reconnects.ts";
import { FakeTime } from "../../../support/fake_time.ts";

const UNTRUSTED = new UntrustedError("tls://dns.example:853", { kind: "name", text: "its certificate is for others" });

function rig() {
  const time = new FakeTime();
  const told: UntrustedError[] = [];
  const reconnects = new Reconnects(time, { onUntrusted: (error) => void told.push(error) });
  /** How long nobody is to connect. */
  const pauseMs = () => (reconnects.pausedUntilMs ?? time.nowMs()) - time.nowMs();
  return { time, told, reconnects, pauseMs };
}

Deno.test("Reconnects makes pauses after two failures in a row, each twice as long, up to a second", () => {
  const { reconnects, pauseMs } = rig();
  const pauses = Array.from({ length: 8 }, () => {
    reconnects.failed(new Error("refused"));
    return pauseMs();
  });
  assertEquals(pauses, [0, 100, 200, 400, 800, 1000, 1000, 1000]);
  reconnects.forget();
  assertEquals(pauseMs(), 0);
  reconnects.failed();
  assertEquals(pauseMs(), 0);
});

Deno.test("Reconnects leaves who is not believed alone for 30 s, and says why", async () => {
  const { time, told, reconnects, pauseMs } = rig();
  reconnects.failed(UNTRUSTED);
  assertEquals([pauseMs(), told.length], [30_000, 1]);
  assertStrictEquals(reconnects.refused, UNTRUSTED);
  await time.passAndSettle(30_000);
  assertEquals([reconnects.refused, reconnects.pausedUntilMs], [null, null]);
  reconnects.failed(new Error("refused"));
  assertEquals(reconnects.refused, null);
});

Deno.test("Reconnects replaces a connection that the server has ended in use, and no other", () => {
  const { reconnects } = rig();
  assertEquals(reconnects.areDueAfter({ isByServer: true, quietMs: 1999 }), true);
  assertEquals(reconnects.areDueAfter({ isByServer: true, quietMs: 2000 }), false);
  assertEquals(reconnects.areDueAfter({ isByServer: false, quietMs: 0 }), false);
});

Deno.test("Reconnects lets cheap connections be made at once, as many as there may be", () => {
  const reconnects = new Reconnects(new FakeTime(), null);
  for (let i = 0; i < 9; i++) reconnects.failed(new Error("refused"));
  assertEquals([reconnects.pausedUntilMs, reconnects.openMax, reconnects.dialsMax, reconnects.patience], [
    null,
    Infinity,
    Infinity,
    1,
  ]);
  assertEquals(reconnects.areDueAfter({ isByServer: true, quietMs: 0 }), false);
});
