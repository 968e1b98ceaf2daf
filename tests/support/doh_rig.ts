import type { HttpRequestMessage, HttpStreamError } from "../../lib/base/http/http_exchange.ts";
import { HTTP } from "../../lib/http/exchanges.ts";
import { Log } from "../../lib/observe/log.ts";
import { DohClients } from "../../lib/server/listen/doh/doh_clients.ts";
import { DohSession } from "../../lib/server/listen/doh/doh_session.ts";
import { TrustedProxies } from "../../lib/server/listen/doh/trusted_proxies.ts";
import { StreamAccount, StreamTotals } from "../../lib/server/listen/stream/stream_account.ts";
import { bytePipe } from "./byte_pipe.ts";
import { sessionParts } from "./stream_rig.ts";

/** What came of a request: the status, the fields asked for by name, the content; or the error. */
export interface Got {
  readonly status: number;
  readonly field: (name: string) => string | null;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** A session over HTTP/2, and a client of it that speaks HTTP/2 as well. */
export function dohRig({ trusted = [], peer = "192.0.2.9" }: { trusted?: readonly string[]; peer?: string } = {}) {
  const parts = sessionParts();
  const [near, far] = bytePipe();
  const lines: string[] = [];
  const proxies = new TrustedProxies();
  proxies.use(trusted);
  const log = new Log({ level: "debug", writeLine: (line) => void lines.push(line) });
  const clients = new DohClients({ log, listener: "https://192.0.2.1:443", path: "/dns-query", proxies });
  const client = new StreamTotals();
  const socket = Object.assign(far, { peer: { transport: "tcp", hostname: peer, port: 9 } as const });
  const session = new DohSession({
    ...parts.options,
    socket,
    client: clients.connected(socket.peer, null),
    account: new StreamAccount(client, new StreamTotals()),
    http: HTTP,
    version: "h2",
    clients,
  });
  const state = { hasEnded: false };
  const ended = session.run().then(() => void (state.hasEnded = true));
  const http = HTTP.connect(near, { authority: "dns.example", onRoom: () => {}, onEnd: () => {} });
  const got: (Got | HttpStreamError)[] = [];
  const ask = (message: Partial<HttpRequestMessage> & { path: string }) => {
    return http.request({ method: "GET", fields: [], content: null, contentOctetsMax: 100_000, ...message }, {
      answered: (status, field, content) => got.push({ status, field, content }),
      failed: (error) => got.push(error),
    });
  };
  const statuses = () => got.map((one) => "status" in one ? one.status : one.message);
  const post = (
    content: Uint8Array<ArrayBuffer>,
    fields: readonly string[] = ["content-type", "application/dns-message"],
  ) => ask({ method: "POST", path: "/dns-query", fields, content });
  return { ...parts, near, far, session, http, ask, post, got, statuses, lines, ended, state, totals: client };
}
