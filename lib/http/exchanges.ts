import type { HttpExchanges } from "../base/http/http_exchange.ts";
import { H1Server } from "./h1/h1_server.ts";
import { H2Client } from "./h2/h2_client.ts";
import { H2Server } from "./h2/h2_server.ts";

/** HTTP as this program speaks it. */
export const HTTP: HttpExchanges = {
  connect: (socket, options) => new H2Client(socket, options),
  serve: (socket, options) => {
    if (options.version === "h2") return new H2Server(socket, options, null);
    const takeover = (first: Uint8Array) => new H2Server(socket, options, first);
    return new H1Server(socket, options, options.version === null ? takeover : null);
  },
};
