import { assertEquals } from "@std/assert";
import { torture } from "./torture/torture.ts";

const SEED = 1;
const PACKETS = 2000;

Deno.test(`the program survives ${PACKETS} hostile packets over UDP and TCP, seed ${SEED}`, async () => {
  const { packets } = await torture({ seed: SEED, packets: PACKETS });
  assertEquals(packets >= PACKETS, true);
});
