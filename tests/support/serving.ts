import { parseCidr } from "../../lib/base/net/cidr.ts";
import { drawSecret } from "../../lib/base/random/derive_key.ts";
import type { Clock } from "../../lib/base/runtime.ts";
import { Counters } from "../../lib/observe/counters.ts";
import { LineAMinute } from "../../lib/observe/line_a_minute.ts";
import { Access } from "../../lib/server/admission/access.ts";
import { Admission, type AdmissionOptions } from "../../lib/server/admission/admission.ts";
import { ServerCookies } from "../../lib/server/admission/server_cookies.ts";
import { scriptedSource } from "./fake_random.ts";

/** Networks that hold every client, as a configuration has them. */
export const EVERY_NETWORK: readonly string[] = ["0.0.0.0/0", "::/0"];
/** The same as admission has them. */
export const EVERYBODY = EVERY_NETWORK.map(parseCidr);

/** The key of cookies whose random source is not told otherwise is whatever `scriptedSource` gives. */
export function cookies(nowSeconds: () => number = () => 1_559_731_985, source = scriptedSource()): ServerCookies {
  const key = drawSecret(source);
  return new ServerCookies({ keyOfDay: () => key, wallClock: { epochSeconds: nowSeconds } });
}

/** A policy that lets everybody ask, unless `options` say otherwise. */
export function policy(options: Partial<AdmissionOptions> = {}): Admission {
  return new Admission({
    access: new Access(EVERYBODY),
    cookies: cookies(),
    rateLimit: null,
    counters: new Counters(),
    strangers: new LineAMinute(settableClock(), () => {}),
    ...options,
  });
}

/** A clock that the test sets. */
export function settableClock(startMs = 0): Clock & { set(nowMs: number): void } {
  let now = startMs;
  return { nowMs: () => now, set: (nowMs) => void (now = nowMs) };
}
