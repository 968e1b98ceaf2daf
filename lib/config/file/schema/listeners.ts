import { type Listen, listenText, parseListen } from "../../../server/listen/listen.ts";
import { DEFAULT_LISTEN_PORT } from "../../config.ts";
import { UsageError } from "../../usage_error.ts";
import { checked, either, type Field, list, table, text } from "./fields.ts";
import { readGroupName } from "./names.ts";
import { readNetwork } from "./clients.ts";
import type { FileListener } from "./tables.ts";

/** Where a file's listeners serve unless they say otherwise: who writes a file runs a service. */
const LISTEN_PORT = 53;

/** What stands in a table of a listener. */
interface ListenerTable {
  readonly "address": string;
  readonly "clients"?: string;
  readonly "allow"?: readonly string[];
}

/** `server.listen` */
export const LISTENERS: Field<readonly FileListener[]> = listeners();

function listeners(): Field<readonly FileListener[]> {
  const address = text({
    form: '"<ip>[:<port>]"',
    example: '"192.0.2.53"',
    help: `Serve clients here, over UDP and TCP; port ${LISTEN_PORT} unless given, 0 for any free one.`,
  }, readListener);
  const clients = text({
    form: '"guests"',
    help: "The client group of those who come in here and are in no other by their address, hardware address or name.",
  }, readGroupName);
  const allow = list(
    { form: '["<network>", …]', example: '["192.0.2.0/24"]', help: "Who may ask here, instead of access.allow." },
    text({ form: '"192.0.2.0/24"', help: "" }, readNetwork),
    { atLeast: 1, of: "network" },
    (all) => all,
  );
  const asTable = table<ListenerTable>({ address, clients, allow }, ["address"]);
  const about = {
    example: '["192.0.2.53"]',
    form: `["<ip>[:<port>]", { address = "<ip>[:<port>]", clients = "guests" }]`,
    help:
      `Where clients are served; port ${LISTEN_PORT} unless given. By default on port ${DEFAULT_LISTEN_PORT} of this machine's ` +
      "loopback addresses.",
  };
  const item = either(
    address,
    checked(asTable, withPort),
    'must be an address, such as "192.0.2.53", or a table with one',
  );
  return list(about, item, { atLeast: 1, of: "address" }, (all) => {
    return all.map((one) => typeof one === "string" ? fileListener({ address: one }) : fileListener(one));
  });
}

/** Whatever is said of it beside stands behind its address from here on. */
function fileListener({ address, clients, allow }: ListenerTable): FileListener {
  const said = parseListen(address, LISTEN_PORT);
  const listen: Listen = { ...said, allow: allow ?? said.allow };
  return { listen, ...(clients === undefined ? {} : { clients }) };
}

function withPort(listener: ListenerTable): ListenerTable {
  if (listener.clients === undefined || parseListen(listener.address, LISTEN_PORT).address.port !== 0) return listener;
  throw new UsageError("needs a port: whoever comes in at any free one is in no group");
}

function readListener(text: string): string {
  return listenText(parseListen(text, LISTEN_PORT));
}
