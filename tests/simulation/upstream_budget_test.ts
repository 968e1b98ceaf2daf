import { assertEquals } from "@std/assert";
import { MODERN_HABITS } from "../support/scripted_upstream.ts";
import { question, wire } from "../support/messages.ts";
import { drawPlan, type Plan } from "./plan.ts";
import { UpstreamBudget } from "./upstream_budget.ts";

const A = question("example.org");
const QUERY = wire({ questions: [A] });
const NO_PROBES = { probeCount: 0, elapsedMs: 0 };

function budget(
  { isCalm, loss = 0, hasTcp = true, delayMaxMs = 1 }: {
    isCalm: boolean;
    loss?: number;
    hasTcp?: boolean;
    delayMaxMs?: number;
  },
): UpstreamBudget {
  const plan: Plan = { ...drawPlan(2), unruliness: 0, natForgetsAfterMs: null, reloads: [], isCalm: () => isCalm };
  const [first] = plan.upstreams;
  const upstream: Plan["upstreams"][number] = {
    ...first!,
    temper: "unruly",
    habits: MODERN_HABITS,
    hasTcp,
    link: { ...first!.link, loss, delayMaxMs },
  };
  return new UpstreamBudget({ ...plan, upstreams: [upstream] });
}

function send(to: UpstreamBudget, count: number, octets = QUERY): void {
  for (let i = 0; i < count; i++) to.noteSent(octets);
}

Deno.test("UpstreamBudget allows two queries for a calm question, however often it stands in the message", () => {
  const calm = budget({ isCalm: true });
  calm.noteAsked(wire({ questions: [A, question("EXAMPLE.org")] }));
  send(calm, 2);
  assertEquals(calm.faults(NO_PROBES), []);
  send(calm, 1);
  assertEquals(calm.faults(NO_PROBES), ["example.org. IN A was sent upstream 3 times, 2 would do"]);
});

Deno.test("UpstreamBudget allows a third query where replies may take longer than silence that is no loss", () => {
  const calm = budget({ isCalm: true, delayMaxMs: 51 });
  calm.noteAsked(QUERY);
  send(calm, 3);
  assertEquals(calm.faults(NO_PROBES), []);
});

Deno.test("UpstreamBudget allows a third query where the upstream does not speak TCP", () => {
  const calm = budget({ isCalm: true, hasTcp: false });
  calm.noteAsked(QUERY);
  send(calm, 3);
  assertEquals(calm.faults(NO_PROBES), []);
});

Deno.test("[9520_04] UpstreamBudget allows three sends of a question that is not calm, and three more for a probe", () => {
  const stormy = budget({ isCalm: false });
  stormy.noteAsked(QUERY);
  send(stormy, 6);
  assertEquals(stormy.faults({ probeCount: 1, elapsedMs: 0 }), []);
  assertEquals(stormy.faults(NO_PROBES).length, 2);
});

Deno.test("[9520_04] UpstreamBudget allows twenty sends where datagrams get lost, as long as most questions take fewer", () => {
  const lossy = budget({ isCalm: false, loss: 0.15 });
  for (let i = 0; i < 6; i++) {
    const other = wire({ questions: [question(`n${i}.example.org`)] });
    lossy.noteAsked(other);
    send(lossy, 1, other);
  }
  lossy.noteAsked(QUERY);
  send(lossy, 20);
  assertEquals(lossy.faults(NO_PROBES), []);
  send(lossy, 1);
  assertEquals(lossy.faults(NO_PROBES), ["example.org. IN A was sent upstream 21 times, 20 would do"]);
});

Deno.test("UpstreamBudget allows nothing that nobody asked, but for probes for loops now and then", () => {
  const calm = budget({ isCalm: true });
  send(calm, 1, wire({ questions: [question("00112233445566778899aabbccddeeff0011.EXAMPLE TXT")] }));
  assertEquals(calm.faults(NO_PROBES), []);
  send(calm, 1, wire({ questions: [question("00112233445566778899aabbccddeeff0012.example TXT")] }));
  assertEquals(calm.faults(NO_PROBES), ["2 probes for loops were sent"]);
  send(calm, 1);
  assertEquals(
    calm.faults({ probeCount: 0, elapsedMs: 10_000 })[0],
    "example.org. IN A was sent upstream 1 times, 0 would do",
  );
});
