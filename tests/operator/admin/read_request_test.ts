import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AdminError } from "../../../lib/operator/admin/admin_error.ts";
import { readRequest } from "../../../lib/operator/admin/read_request.ts";

for (
  const [line, request] of [
    ['{"command":"status"}', { command: "status" }],
    ['{"command":"reload"}', { command: "reload" }],
    ['{"command":"lists"}', { command: "lists" }],
    ['{"command":"refresh"}', { command: "refresh", list: null }],
    ['{"command":"refresh","list":"ads"}', { command: "refresh", list: "ads" }],
    ['{"command":"pause"}', { command: "pause", seconds: null, clients: null, lists: null }],
    ['{"command":"pause","seconds":600,"clients":["kids"],"lists":["ads","*"]}', {
      command: "pause",
      seconds: 600,
      clients: ["kids"],
      lists: ["ads", "*"],
    }],
    ['{"command":"resume","clients":["kids"]}', { command: "resume", clients: ["kids"], lists: null }],
    ['{"command":"flush"}', { command: "flush", name: null, below: false }],
    ['{"command":"flush","name":"example.org","below":true}', { command: "flush", name: "example.org", below: true }],
    ['{"command":"explain","name":"example.org"}', {
      command: "explain",
      name: "example.org",
      type: 1,
      client: null,
      dnssec: false,
      at: null,
    }],
    [
      '{"command":"explain","name":".","type":28,"client":"fe80::1%eth0","dnssec":true,"at":"2026-12-01 21:00"}',
      { command: "explain", name: ".", type: 28, client: "fe80::1%eth0", dnssec: true, at: "2026-12-01 21:00" },
    ],
  ] as const
) {
  Deno.test(`readRequest() reads ${line}`, () => assertEquals<unknown>(readRequest(line), request));
}

for (
  const [line, reason] of [
    ["", "a command is an object in JSON, on one line"],
    ["status", "a command is an object in JSON, on one line"],
    ["[]", "a command is an object in JSON, on one line"],
    ["null", "a command is an object in JSON, on one line"],
    ["{}", "there is no such command; there are status, reload, flush, explain, pause, resume, lists, refresh and api"],
    [
      '{"command":"stop"}',
      "there is no such command; there are status, reload, flush, explain, pause, resume, lists, refresh and api",
    ],
    ['{"command":"status","all":true}', 'there is no field "all" in this command'],
    ['{"command":"status","__proto__":1}', 'there is no field "__proto__" in this command'],
    ['{"command":"pause","seconds":0}', "seconds must be whole seconds, from 1 s to 366 d"],
    ['{"command":"pause","seconds":"30m"}', "seconds must be whole seconds, from 1 s to 366 d"],
    ['{"command":"pause","clients":"kids"}', "clients must be a list of names"],
    ['{"command":"pause","lists":[]}', "lists must be a list of names"],
    ['{"command":"resume","seconds":1}', 'there is no field "seconds" in this command'],
    ['{"command":"refresh","list":["ads"]}', "list must be a name"],
    ['{"command":"flush","below":true}', "below needs a name"],
    ['{"command":"flush","name":5}', "name must be a domain name"],
    ['{"command":"flush","name":"a.example","below":"yes"}', "below must be true or false"],
    ['{"command":"explain"}', "explain needs a name"],
    ['{"command":"explain","name":"a.example","type":"A"}', "type must be a whole number, 1–65535"],
    ['{"command":"explain","name":"a.example","type":70000}', "type must be a whole number, 1–65535"],
    ['{"command":"explain","name":"a.example","client":"localhost"}', "client must be an IP address"],
    ['{"command":"explain","name":"a.example","at":"noon"}', "at must be a time such as 2026-12-01 21:00"],
  ] as const
) {
  Deno.test(`readRequest() rejects ${line === "" ? "an empty line" : line}`, () => {
    assertEquals((assertThrows(() => readRequest(line), AdminError) as Error).message, reason);
  });
}

Deno.test("readRequest() rejects a name that is none, and says why", () => {
  const name = `${"a".repeat(64)}.example`;
  const error = assertThrows(() => readRequest(JSON.stringify({ command: "flush", name })), AdminError) as Error;
  assert(error.message.includes(name));
});

Deno.test("readRequest() takes or rejects whatever JSON it is given", () => {
  fc.assert(fc.property(fc.json(), fc.constantFrom("status", "flush", "explain"), (json, command) => {
    for (const line of [json, `{"command":"${command}","name":${json},"type":${json},"client":${json},"at":${json}}`]) {
      try {
        readRequest(line);
      } catch (error) {
        assert(error instanceof AdminError);
      }
    }
  }));
});
