import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Views } from "../../lib/app/views.ts";

Deno.test("Views.of() gives the same number for the same answers, and another one for others, from 0 on", () => {
  const views = new Views();
  assertEquals(["a", "b", "a", "c", "b"].map((identity) => views.of(identity)), [0, 1, 0, 2, 1]);
});

Deno.test("Views gives no number twice that may still be asked for, and keeps no more than it has to", () => {
  const views = new Views();
  const first = views.of("kept");
  let last = first;
  for (let i = 0; i < 10_000; i++) {
    const number = views.of(`group ${i}`);
    assert(number > last && views.of("kept") === first);
    last = number;
  }
  assertNotEquals(views.of("group 0"), 1);
});
