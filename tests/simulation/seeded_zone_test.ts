import { decode } from "../../lib/wire/message.ts";
import { RDATA_FIELDS } from "../../lib/wire/rdata/rdata_fields.ts";
import { question, response } from "../support/messages.ts";
import { seededZone } from "../support/seeded_zone.ts";

Deno.test("seededZone() has records of every known type that are built as their types say [1035_13]", () => {
  for (const type of RDATA_FIELDS.keys()) {
    for (let seed = 0; seed < 40; seed++) {
      const asked = { ...question("www.example.org"), type };
      const { answers } = seededZone(seed)(asked);
      // Throws for RDATA that is malformed.
      decode(response({ questions: [asked], answers }));
    }
  }
});
