import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MESSAGE_TYPE, MessageFrame } from "../../../lib/telemetry/dnstap/message_frame.ts";
import { payloadsOf, readFrame } from "../../support/dnstap_frames.ts";

const octets = (lengths: { minLength: number; maxLength: number }) =>
  fc.uint8Array(lengths).map((array) => Uint8Array.from(array));
const address = fc.option(fc.oneof(octets({ minLength: 4, maxLength: 4 }), octets({ minLength: 16, maxLength: 16 })));
const moment = fc.record({
  seconds: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
});
const told = fc.record({
  type: fc.constantFrom(...Object.values(MESSAGE_TYPE)),
  protocol: fc.integer({ min: 1, max: 7 }),
  isIpv6: fc.boolean(),
  queryAddress: address,
  responseAddress: address,
  queryPort: fc.integer({ min: 0, max: 65_535 }),
  responsePort: fc.integer({ min: 0, max: 65_535 }),
  queryAt: moment,
  responseAt: moment,
  message: fc.oneof(octets({ minLength: 0, maxLength: 300 }), octets({ minLength: 16_300, maxLength: 16_500 })),
});

Deno.test("MessageFrame.putInto() writes what a reader of Protocol Buffers reads, no longer than it said", () => {
  fc.assert(fc.property(
    fc.array(told, { minLength: 1, maxLength: 4 }),
    fc.string({ maxLength: 200 }),
    fc.string({ maxLength: 200 }),
    (all, identity, version) => {
      const frame = new MessageFrame(identity, version);
      const buffer = new Uint8Array(200_000);
      let end = 3;
      for (const { queryAt, responseAt, message, ...fields } of all) {
        Object.assign(frame, fields, { message, messageOctets: message.length });
        Object.assign(frame.queryAt, queryAt);
        Object.assign(frame.responseAt, responseAt);
        const start = end;
        const room = frame.octetsMax;
        end = frame.putInto(buffer, start);
        assertEquals(end - start <= room, true);
      }
      const read = payloadsOf(buffer.slice(3, end)).map(readFrame);
      assertEquals(
        read,
        all.map((one) => {
          const isResponse = one.type % 2 === 0;
          const message = one.message.length === 0 ? null : one.message;
          return {
            identity: identity === "" ? null : new TextDecoder().decode(new TextEncoder().encode(identity)),
            version: version === "" ? null : new TextDecoder().decode(new TextEncoder().encode(version)),
            type: one.type,
            family: one.isIpv6 ? 2 : 1,
            protocol: one.protocol,
            queryAddress: one.queryAddress,
            responseAddress: one.responseAddress,
            queryPort: one.queryPort || null,
            responsePort: one.responsePort || null,
            queryAt: [one.queryAt.seconds, one.queryAt.nanoseconds],
            responseAt: isResponse ? [one.responseAt.seconds, one.responseAt.nanoseconds] : null,
            query: isResponse ? null : message,
            response: isResponse ? message : null,
          } as const;
        }),
      );
    },
  ));
});

Deno.test("MessageFrame.putInto() tells a part of a message, with zeros where its options were", () => {
  const frame = new MessageFrame("", "");
  Object.assign(frame, {
    type: 5,
    protocol: 1,
    message: Uint8Array.from({ length: 200 }, () => 7),
    messageOctets: 20,
    zerosAt: 18,
  });
  const buffer = new Uint8Array(1000);
  const [payload] = payloadsOf(buffer.slice(0, frame.putInto(buffer, 0)));
  assertEquals(readFrame(payload!).query, Uint8Array.from({ length: 20 }, (_, i) => i < 18 ? 7 : 0));
});
