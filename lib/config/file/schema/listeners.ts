import { type Listen, listenText, parseListen } from "../../../server/listen/listen.ts";
import { DEFAULT_LISTEN_PORT } from "../../config.ts";
import { UsageError } from "../../usage_error.ts";
import { checked, either, type Field, list, table, text } from "./fields.ts";
import { readGroupName } from "./names.ts";
import { path } from "./path.ts";
import { readNetwork } from "./clients.ts";
import type { FileListener } from "./tables.ts";

/** Where a file's listeners serve unless they say otherwise: who writes a file runs a service. */
const LISTEN_PORT = 53;

/** What stands in a table of a listener. */
interface ListenerTable {
  readonly "address": string;
  readonly "clients"?: string;
  readonly "allow"?: readonly string[];
  readonly "proxy-protocol"?: readonly string[];
  readonly "client-ca"?: string;
}

/** `server.listen` */
export const LISTENERS: Field<readonly FileListener[]> = listeners();

function listeners(): Field<readonly FileListener[]> {
  const address = text({
    form: '"<ip>[:<port>]"',
    example: '"192.0.2.53"',
    help: `Serve clients here, over UDP and TCP; port ${LISTEN_PORT} unless given, 0 for any free one. Before ` +
      "the address: tls:// for DNS over TLS (port 853), https:// for DNS over HTTPS (443), quic:// for DNS over QUIC (853, an " +
      "experiment), which need server.certificate; http:// for DNS over HTTP behind a proxy (80). Behind it a path.",
  }, readListener);
  const clients = text({
    form: '"guests"',
    help: "The client group of those who come in here and are in no other by their address, hardware address or name.",
  }, readGroupName);
  const allow = networks("Who may ask here, instead of access.allow.");
  const proxies = networks(
    "Proxies that say in front of each connection whose it is (PROXY protocol, version 2). Others are turned away.",
  );
  const clientCa = path('"<file>"', "Serve only clients with a certificate of an authority in this file (PEM).");
  const asTable = table<ListenerTable>(
    { address, clients, allow, "proxy-protocol": proxies, "client-ca": clientCa },
    ["address"],
  );
  const about = {
    example: '["192.0.2.53"]',
    form: `["[<protocol>://]<ip>[:<port>]", { address = "tls://<ip>[:<port>]", clients = "guests" }]`,
    help:
      `Where clients are served; port ${LISTEN_PORT} unless given. By default on port ${DEFAULT_LISTEN_PORT} of this machine's ` +
      "loopback addresses.",
  };
  const item = either(
    address,
    checked(asTable, possible),
    'must be an address, such as "192.0.2.53", or a table with one',
  );
  return list(about, item, { atLeast: 1, of: "address" }, (all) => {
    return all.map((one) => typeof one === "string" ? fileListener({ address: one }) : fileListener(one));
  });
}

function networks(help: string): Field<readonly string[]> {
  const item = text({ form: '"192.0.2.0/24"', help: "" }, readNetwork);
  const about = { form: '["<network>", …]', example: '["192.0.2.0/24"]', help };
  return list(about, item, { atLeast: 1, of: "network" }, (all) => all);
}

/** Whatever is said of it beside stands behind its address from here on. */
function fileListener({ address, clients, ...table }: ListenerTable): FileListener {
  const said = parseListen(address, LISTEN_PORT);
  const { allow = said.allow, "proxy-protocol": proxyNetworks = said.proxyNetworks } = table;
  const listen: Listen = { ...said, allow, proxyNetworks, clientCa: table["client-ca"] ?? said.clientCa };
  return { listen, ...(clients === undefined ? {} : { clients }) };
}

function possible(listener: ListenerTable): ListenerTable {
  const { listen, clients } = fileListener(listener);
  // What the table says is for the same protocols as it is behind the address.
  parseListen(listenText(listen), LISTEN_PORT);
  if (clients === undefined || listen.address.port !== 0) return listener;
  throw new UsageError("needs a port: whoever comes in at any free one is in no group");
}

function readListener(text: string): string {
  return listenText(parseListen(text, LISTEN_PORT));
}
