import type { HttpExchanges } from "../base/http/http_exchange.ts";
import { H2Client } from "./h2/h2_client.ts";
import { H2Server } from "./h2/h2_server.ts";

/** HTTP as this program speaks it. */
export const HTTP: HttpExchanges = {
  connect: (socket, options) => new H2Client(socket, options),
  serve: (socket, options) => new H2Server(socket, options, null),
};
