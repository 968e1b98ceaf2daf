import { assertEquals } from "@std/assert";
import { explanationText } from "../../../lib/operator/explain/explanation_text.ts";

Deno.test("explanationText() numbers the steps, and ends with what comes of them", () => {
  const text = explanationText({
    question: "www.example.com. IN A",
    steps: [
      { subject: "client", facts: [{ what: "192.0.2.1 over UDP", detail: "allowed by 192.0.2.0/24" }] },
      { subject: "upstream", facts: [{ what: "+0.0 ms  9.9.9.9:53", detail: "asked" }, { what: "", detail: "more" }] },
    ],
    outcome: { rcode: "NOERROR", isAnswer: true, elapsedMs: 14.13, because: "9.9.9.9:53 says so" },
  });
  assertEquals(
    text,
    `www.example.com. IN A
 1  client     192.0.2.1 over UDP   allowed by 192.0.2.0/24
 2  upstream   +0.0 ms  9.9.9.9:53  asked
                                    more
 =  NOERROR    14.1 ms              9.9.9.9:53 says so
`,
  );
});
