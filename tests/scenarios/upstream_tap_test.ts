import { assertEquals } from "@std/assert";
import type { UpstreamTap } from "../../lib/observe/upstream_tap.ts";
import { putId } from "../../lib/wire/header.ts";
import { decode } from "../../lib/wire/message.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { lines, question, questionLines } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";

const SINK = { name: "test", recordCount: 0, droppedCount: 0 };

/** Writes down what it is shown. */
function notingTap(): { tap: UpstreamTap; notes: string[]; ids: number[] } {
  const notes: string[] = [];
  const ids: number[] = [];
  const tap: UpstreamTap = {
    sent: (message, { protocol, id, server, source }) => {
      const asked = questionLines(decode(message).questions).join().toLowerCase();
      notes.push(`${protocol} to ${formatSocketAddress(server)} from ${source?.hostname ?? "somewhere"}: ${asked}`);
      ids.push(id);
      return {
        replied: (reply) => {
          notes.push(`${protocol} back: ${lines(decode(reply).answers).join().toLowerCase() || "nothing"}`);
          ids.push(uint16At(reply, 0));
        },
      };
    },
  };
  return { tap, notes, ids };
}

/** More than fits into a datagram. */
const LARGE = Array.from({ length: 100 }, (_, i) => `large.example 300 IN A 192.0.2.${i}`);

Deno.test("MessageTaps.show() shows a query and its reply, with its ID, and nothing more once nobody looks", async () => {
  const { tap, notes, ids } = notingTap();
  const scene = new Scene();
  const end = scene.app.taps.show({ clients: null, upstreams: tap, sink: SINK });
  const client = scene.client();
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(notes, [
    "udp to 203.0.113.53:53 from 0.0.0.0: example.org. in a",
    "udp back: example.org. 300 in a 192.0.2.1",
  ]);
  assertEquals(ids[0], ids[1]);
  end();
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals([notes.length, client.replies.length], [2, 2]);
});

Deno.test("MessageTaps.show() shows both the datagram that is cut and what TCP brings", async () => {
  const { tap, notes } = notingTap();
  const scene = new Scene({ zone: recordZone(...LARGE) });
  scene.app.taps.show({ clients: null, upstreams: tap, sink: SINK });
  scene.client().ask([question("large.example")]);
  await scene.settle();
  assertEquals(notes.map((note) => note.replace(/: .*/, "")), [
    "udp to 203.0.113.53:53 from 0.0.0.0",
    "udp back",
    "tcp to 203.0.113.53:53 from somewhere",
    "tcp back",
  ]);
});

Deno.test("MessageTaps.show() does not show what is no reply", async () => {
  const { tap, notes } = notingTap();
  const scene = new Scene();
  scene.app.taps.show({ clients: null, upstreams: tap, sink: SINK });
  scene.upstream.onQuery = (query) => {
    const guessed = scene.upstream.response(query);
    putId(guessed, query.message.id ^ 1);
    scene.upstream.reply(query, guessed);
  };
  scene.client().ask([question("example.org")]);
  await scene.settle();
  assertEquals(notes.filter((note) => note.startsWith("udp back")), []);
});
