import { assertEquals, assertGreater } from "@std/assert";
import { RCODE } from "../../lib/wire/iana.ts";
import { askInTurns } from "./in_turns.ts";
import { LoopbackUpstream } from "./loopback_upstream.ts";

const TURNS = { names: ["a.example.org", "b.example.org"], clients: 2, seconds: 0.05 };

Deno.test("askInTurns() asks for all names in turn, and has the latency of every answer", async () => {
  using server = new LoopbackUpstream("127.0.0.1");
  const { sent, answered, refused, lost, latencies } = await askInTurns({ ...TURNS, server: server.address });
  assertEquals({ answered, refused, lost }, { answered: sent, refused: 0, lost: 0 });
  assertEquals(latencies.length, sent);
  assertEquals([...latencies], [...latencies].toSorted((a, b) => a - b));
  assertGreater(latencies[0]!, 0);
  assertEquals(server.asked.slice(0, 2).toSorted(), ["a.example.org.", "b.example.org."]);
});

Deno.test("askInTurns() counts responses with another RCODE apart", async () => {
  using server = new LoopbackUpstream("127.0.0.1");
  server.behaviour = { rcode: RCODE.SERVFAIL };
  const { sent, answered, refused } = await askInTurns({ ...TURNS, server: server.address });
  assertEquals({ answered, refused }, { answered: 0, refused: sent });
});
