import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PendingReply } from "../../../lib/resolver/pending_reply.ts";
import { ClientLoads } from "../../../lib/resolver/sharing/client_loads.ts";
import { clientQuery } from "../../support/resolving.ts";

const QUERY = clientQuery({});

/** Enter with a question of this client, or leave with the one at this place of those that wait. */
const steps = fc.array(
  fc.oneof(fc.constantFrom("a", "b", "c", "d"), fc.nat({ max: 30 })),
  { maxLength: 200 },
);

Deno.test("ClientLoads knows at any time how many wait, and the newest question of who has the most", () => {
  fc.assert(fc.property(steps, (steps) => {
    const loads = new ClientLoads();
    // The same by the plainest means: a list.
    const model: PendingReply[] = [];
    for (const step of steps) {
      if (typeof step === "string") {
        const waiting = new PendingReply(QUERY);
        waiting.client = step;
        loads.enter(waiting);
        model.push(waiting);
      } else if (model.length > 0) {
        const [left] = model.splice(step % model.length, 1);
        loads.leave(left!);
      }
      const counts = new Map(["a", "b", "c", "d"].map((client) => [client, model.filter((w) => w.client === client)]));
      const greatest = Math.max(...[...counts.values()].map(({ length }) => length));
      assertEquals([loads.count, loads.greatest], [model.length, greatest]);
      for (const [client, { length }] of counts) assertEquals(loads.countOf(client), length);
      if (model.length === 0) continue;
      const newest = loads.newestOfGreatest();
      assertEquals(counts.get(newest.client)!.length, greatest);
      assertEquals(counts.get(newest.client)!.at(-1) === newest, true);
    }
  }));
});
