import { assertEquals } from "@std/assert";
import { LoginThrottle, PAUSE_MAX_MS, PAUSE_MIN_MS, SOURCES_MAX } from "../../../lib/web/auth/login_throttle.ts";
import { FakeTime } from "../../support/fake_time.ts";
import { ADMIN_TOKEN, webRig } from "../web_rig.ts";

Deno.test("LoginThrottle doubles the pause with each failure up to the longest, for the network that it comes from", async () => {
  const time = new FakeTime();
  const throttle = new LoginThrottle(time);
  const pauses: number[] = [];
  for (let i = 0; i < 8; i++) {
    throttle.failed("2001:db8::1");
    pauses.push(throttle.waitMs("2001:db8::2"));
    await time.passAndSettle(throttle.waitMs("2001:db8::3"));
  }
  assertEquals(pauses, [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1000));
  assertEquals([PAUSE_MIN_MS, PAUSE_MAX_MS, throttle.failureCount], [1000, 30_000, 8]);
  assertEquals([throttle.waitMs("2001:db8:0:1::1"), throttle.waitMs("192.0.2.1")], [0, 0]);
  throttle.failed("2001:db8::1");
  throttle.succeeded("2001:db8::9");
  assertEquals(throttle.waitMs("2001:db8::1"), 0);
  throttle.failed("2001:db8::1");
  assertEquals(throttle.waitMs("2001:db8::1"), 1000);
});

Deno.test("LoginThrottle forgets who has been quiet for long, and the oldest of too many", async () => {
  const time = new FakeTime();
  const throttle = new LoginThrottle(time);
  for (let i = 0; i < 6; i++) throttle.failed("192.0.2.1");
  await time.passAndSettle(30_000 + 600_000);
  throttle.failed("192.0.2.1");
  assertEquals(throttle.waitMs("192.0.2.1"), 1000);
  for (let i = 0; i < SOURCES_MAX; i++) throttle.failed(`10.0.${i >> 8}.${i & 255}`);
  assertEquals([throttle.waitMs("192.0.2.1"), throttle.waitMs("10.0.0.0")], [0, 1000]);
});

Deno.test("a login that fails makes its source wait, tells the operator once a minute, and hinders no token", async () => {
  const rig = webRig();
  const login = async (token: string, from?: string) => (await rig.post("/api/v1/login", { token }, {}, from)).status;
  assertEquals([await login("wrong"), await login("wrong"), await login(ADMIN_TOKEN)], [401, 429, 429]);
  assertEquals(await login(ADMIN_TOKEN, "127.0.0.2"), 200);
  const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` };
  assertEquals((await rig.ask("/api/v1/session", { headers: bearer })).status, 200);
  const early = await rig.post("/api/v1/login", { token: ADMIN_TOKEN });
  assertEquals([early.status, early.headers.get("retry-after")], [429, "1"]);
  await rig.time.passAndSettle(1000);
  assertEquals(await login("wrong"), 401);
  await rig.time.passAndSettle(2000);
  assertEquals(await login(ADMIN_TOKEN), 200);
  assertEquals(rig.logins.counts, { succeeded: 2, failed: 5 });
  assertEquals(rig.lines.filter((line) => /failed/.test(line)).length, 1);
  assertEquals(rig.lines.filter((line) => /the token boss has logged in to the page, from 127/.test(line)).length, 2);
});
