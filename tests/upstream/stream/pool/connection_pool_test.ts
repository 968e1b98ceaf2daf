// What a pool does with connections of whatever kind; how those over TCP fare with it is in `stream_transport_test.ts`.
import { assertEquals } from "@std/assert";
import type { ConnectionOwner } from "../../../../lib/upstream/stream/connection_owner.ts";
import type { PooledConnection } from "../../../../lib/upstream/stream/pooled_connection.ts";
import { ConnectionPool } from "../../../../lib/upstream/stream/pool/connection_pool.ts";
import { StreamQuery } from "../../../../lib/upstream/stream/stream_query.ts";
import { UpstreamError } from "../../../../lib/upstream/upstream_error.ts";
import { fakeDeadlines, settled } from "../../../support/fake_time.ts";
import { question, wire } from "../../../support/messages.ts";
import { HEADER_OCTETS } from "../../../../lib/wire/header.ts";

/** A connection of which the test says everything. */
class FakeConnection implements PooledConnection {
  isUsable = true;
  isSilent = false;
  isReserved = false;
  isClosed = false;
  replyCount = 0;
  queryCount = 0;
  readonly sent = new Set<StreamQuery>();
  readonly owner: ConnectionOwner<PooledConnection>;

  constructor(owner: ConnectionOwner<PooledConnection>) {
    this.owner = owner;
  }

  get isBusy(): boolean {
    return this.sent.size > 0;
  }

  get unanswered(): StreamQuery[] {
    return [...this.sent];
  }

  carries(query: StreamQuery): boolean {
    return this.sent.has(query);
  }

  send(query: StreamQuery): void {
    this.queryCount++;
    query.sendCount++;
    query.openCount++;
    query.sentLast = this;
    this.sent.add(query);
  }

  /** The server has not looked at a query. */
  turnAway(query: StreamQuery): void {
    this.sent.delete(query);
    query.openCount--;
    this.owner.onTurnedAway(this, query);
  }

  /** Nothing comes on it any more, as far as is known. */
  fallSilent(): void {
    this.isSilent = true;
    this.owner.onSilence(this);
  }

  /** It brings what it was asked for. */
  reply(query: StreamQuery): void {
    this.sent.delete(query);
    query.openCount--;
    this.replyCount++;
    query.takeIn();
    this.owner.onReply(this, 10);
  }

  close(): void {
    this.end(false);
  }

  end(isByServer: boolean): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const { unanswered } = this;
    this.sent.clear();
    for (const query of unanswered) query.openCount--;
    const error = new UpstreamError("Connection was closed", 23);
    this.owner.onEnd(this, { isByServer, unanswered, wasActive: false, quietMs: 0, error });
  }
}

function rig({ isStanding = true } = {}) {
  const { time, deadlines } = fakeDeadlines();
  const connections: FakeConnection[] = [];
  const pool = new ConnectionPool({
    runtime: { clock: time },
    deadlines,
    name: "tls://dns.example:853",
    standing: isStanding ? { onUntrusted: () => {} } : null,
    connect: () =>
      Promise.resolve({
        open: (owner) => {
          const connection = new FakeConnection(owner);
          connections.push(connection);
          return connection;
        },
        discard: () => {},
      }),
  });
  const failures: unknown[] = [];
  const ask = (name: string) => {
    const octets = wire({ questions: [question(name)] });
    const query = new StreamQuery({
      octets,
      question: octets.slice(HEADER_OCTETS),
      deadlineMs: time.nowMs() + 2000,
      owner: null,
      sink: { isAmbiguous: false, arrived: () => {}, failed: (error) => void failures.push(error) },
      deadlines,
      expired: () => new UpstreamError("No reply in time", 22),
    });
    pool.ask(query);
    return query;
  };
  return { time, pool, connections, failures, ask };
}

Deno.test("ConnectionPool asks what a server has not looked at on another connection, and gives up when that goes on", async () => {
  const { pool, connections, failures, ask } = rig();
  const query = ask("example.org");
  await settled();
  for (let i = 0; i < 3; i++) {
    const connection = connections.at(-1)!;
    assertEquals([...connection.sent], [query]);
    // It wants no more on it.
    connection.isUsable = false;
    connection.turnAway(query);
    await settled();
  }
  assertEquals([connections.length, failures.length], [4, 0]);
  connections.at(-1)!.turnAway(query);
  assertEquals((failures[0] as Error).message, "Cannot connect to tls://dns.example:853");
  pool.close();
});

Deno.test("ConnectionPool asks anew what a server has not looked at, also where a silent connection has it as well", async () => {
  const { pool, connections, failures, ask } = rig();
  const [query, other] = [ask("example.org"), ask("example.net")];
  await settled();
  connections[0]!.fallSilent();
  await settled();
  const second = connections[1]!;
  assertEquals([...second.sent], [query, other]);
  // It takes one query at a time, as it turns out: the other one waits until it has answered.
  second.isUsable = false;
  second.turnAway(other);
  await settled();
  second.isUsable = connections.length === 2;
  second.reply(query);
  await settled();
  assertEquals(connections.slice(1).filter((connection) => connection.sent.has(other)).length, 1);
  assertEquals(failures, []);
  pool.close();
});

Deno.test("ConnectionPool waits on a silent connection for what a server turns away again and again", async () => {
  const { pool, connections, failures, ask } = rig({ isStanding: false });
  const query = ask("example.org");
  await settled();
  connections[0]!.fallSilent();
  for (let i = 1; i <= 4; i++) {
    await settled();
    connections[i]!.isUsable = false;
    connections[i]!.turnAway(query);
  }
  await settled();
  assertEquals([connections.length, connections[0]!.isClosed, failures], [5, false, []]);
  pool.close();
});

Deno.test("[7766_12] ConnectionPool asks on a fresh connection what two have not answered that worked before", async () => {
  const { pool, connections, ask } = rig();
  const warmUps = [ask("1.example")];
  await settled();
  // Full, for a moment.
  connections[0]!.isUsable = false;
  warmUps.push(ask("2.example"));
  await settled();
  connections[1]!.isUsable = false;
  warmUps.push(ask("3.example"));
  await settled();
  warmUps.forEach((query, i) => connections[i]!.reply(query));
  for (const connection of connections) connection.isUsable = true;
  // The path has forgotten all of them.
  const query = ask("example.org");
  connections[0]!.isUsable = false;
  connections[0]!.fallSilent();
  assertEquals([...connections[1]!.sent], [query]);
  connections[1]!.isUsable = false;
  connections[1]!.fallSilent();
  await settled();
  assertEquals([connections.length, connections[2]!.isClosed, [...connections[3]!.sent]], [4, true, [query]]);
  // One that was never heard tells that it is the server who says nothing.
  connections[3]!.isUsable = false;
  connections[3]!.fallSilent();
  await settled();
  assertEquals([connections.length, query.sendCount], [4, 3]);
  pool.close();
});

Deno.test("[7766_12] ConnectionPool asks on a fresh connection what a silent one and one kept in reserve have not answered", async () => {
  const { pool, connections, ask } = rig();
  const first = ask("1.example");
  await settled();
  // There is room again when the second one is about to be there: nobody has ever asked on it.
  connections[0]!.isUsable = false;
  const second = ask("2.example");
  connections[0]!.isUsable = true;
  connections[0]!.reply(first);
  await settled();
  assertEquals([connections.length, connections[0]!.sent.has(second), connections[1]!.queryCount], [2, true, 0]);
  connections[0]!.reply(second);
  // The path has forgotten both.
  const query = ask("example.org");
  connections[0]!.isUsable = false;
  connections[0]!.fallSilent();
  assertEquals([...connections[1]!.sent], [query]);
  connections[1]!.isUsable = false;
  connections[1]!.fallSilent();
  await settled();
  assertEquals([connections.length, [...connections[2]!.sent]], [3, [query]]);
  connections[2]!.isUsable = false;
  connections[2]!.fallSilent();
  await settled();
  assertEquals([connections.length, query.sendCount], [3, 3]);
  pool.close();
});

Deno.test("ConnectionPool never has more than four dear connections, and one that is silent gives way", async () => {
  const { pool, connections, ask } = rig();
  for (let i = 0; i < 8; i++) {
    ask(`${i}.example`);
    await settled();
    // Full: whoever is next needs another one.
    connections.at(-1)!.isUsable = false;
  }
  assertEquals([connections.length, pool.openCount], [4, 4]);
  connections[1]!.isSilent = true;
  ask("next.example");
  await settled();
  assertEquals([connections.length, pool.openCount, connections[1]!.isClosed], [5, 4, true]);
  pool.close();
});

Deno.test("ConnectionPool closes what was as quiet as a connection that a query has found dead", async () => {
  const { pool, connections, ask } = rig();
  ask("a.example");
  await settled();
  connections[0]!.isUsable = false;
  ask("b.example");
  await settled();
  const [first, second] = connections;
  for (const connection of [first!, second!]) {
    connection.sent.clear();
    connection.replyCount = 1;
  }
  first!.isUsable = true;
  const query = ask("c.example");
  await settled();
  assertEquals(first!.carries(query), true);
  first!.end(true);
  await settled();
  assertEquals([second!.isClosed, connections.length, connections[2]!.carries(query)], [true, 3, true]);
  pool.close();
});

Deno.test("ConnectionPool.warm() makes one connection, and none when it is closed", async () => {
  const { pool, connections } = rig();
  pool.warm();
  pool.warm();
  await settled();
  pool.warm();
  assertEquals(connections.length, 1);
  pool.close();
  pool.warm();
  await settled();
  assertEquals([connections.length, pool.openCount], [1, 0]);
});
