import { assertEquals } from "@std/assert";
import { nativeTest } from "./support/native.ts";
import { secureTorture } from "./torture/secure_torture.ts";
import { torture, type TortureOptions } from "./torture/torture.ts";

const SEED = 1;
const PACKETS = 2000;
const SURVIVES = `survives ${PACKETS} hostile packets over UDP and TCP, seed ${SEED}`;

Deno.test(`the program with --io plain ${SURVIVES}`, () => survive("plain"));
Deno.test(`the program with --io plain --no-fast-path ${SURVIVES}`, () => survive("plain", false));
nativeTest(`the program with --io native ${SURVIVES}`, () => survive("native"));

async function survive(io: TortureOptions["io"], hasFastPath = true): Promise<void> {
  const { packets } = await torture({ seed: SEED, packets: PACKETS, io, hasFastPath });
  assertEquals(packets >= PACKETS, true);
}

Deno.test(`the program survives 120 hostile connections over TLS, HTTPS and HTTP, seed ${SEED}`, async () => {
  assertEquals((await secureTorture({ seed: SEED, connections: 120 })).connections, 120);
});
