import { assertEquals } from "@std/assert";
import { nativeTest } from "./support/native.ts";
import { torture, type TortureOptions } from "./torture/torture.ts";

const SEED = 1;
const PACKETS = 2000;
const SURVIVES = `survives ${PACKETS} hostile packets over UDP and TCP, seed ${SEED}`;

Deno.test(`the program with --io plain ${SURVIVES}`, () => survive("plain"));
nativeTest(`the program with --io native ${SURVIVES}`, () => survive("native"));

async function survive(io: TortureOptions["io"]): Promise<void> {
  const { packets } = await torture({ seed: SEED, packets: PACKETS, io });
  assertEquals(packets >= PACKETS, true);
}
