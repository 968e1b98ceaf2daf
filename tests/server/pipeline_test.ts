import { assertEquals } from "@std/assert";
import { Pipeline } from "../../lib/server/pipeline.ts";
import { policy } from "../support/serving.ts";
import { StubResolver } from "../support/resolving.ts";

function pipeline(): Pipeline {
  return new Pipeline({ admission: policy(), resolver: new StubResolver(), timeoutMs: 2000, recursionAvailable: true });
}

Deno.test("Pipeline.retire() tells at once of an end when no query is under way", () => {
  let ends = 0;
  pipeline().retire(() => ends++);
  assertEquals(ends, 1);
});

Deno.test("Pipeline.retire() tells once of the end when the last query that is under way leaves", () => {
  const retired = pipeline();
  const ends: number[] = [];
  retired.enter();
  retired.enter();
  retired.leave();
  retired.enter();
  retired.retire(() => ends.push(0));
  retired.leave();
  assertEquals(ends, []);
  retired.leave();
  assertEquals(ends, [0]);
});

Deno.test("a pipeline that is not retired tells nobody that it is idle", () => {
  const idle = pipeline();
  idle.enter();
  idle.leave();
  let ends = 0;
  idle.enter();
  idle.retire(() => ends++);
  assertEquals(ends, 0);
  idle.leave();
  assertEquals(ends, 1);
});
