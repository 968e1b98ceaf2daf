import { type Endpoint, endpointText } from "../../../../upstream/endpoint.ts";
import { bootstrapOf } from "../../../../upstream/secure_endpoint.ts";
import { parseAskable } from "../../../../upstream/parse_endpoint.ts";
import { DEFAULT_UPSTREAM_PORT } from "../../../config.ts";
import { checked, either, type Field, flag, list, mapped, table, text, word } from "../fields.ts";
import { path } from "../path.ts";
import { aboutOf, type Texts } from "../row.ts";

const EXAMPLE = '"9.9.9.9"';

/** A server with what else is said of it; see `SecureEndpoint`. */
interface ServerTable {
  readonly address: string;
  readonly ip?: readonly string[];
  readonly bootstrap?: readonly string[];
  readonly pin?: readonly string[];
  readonly ca?: string;
  readonly auth?: "name" | "none";
  readonly ddr?: boolean;
}

/** A server that is asked: its address, or a table with more. */
export const SERVER: Field<Endpoint> = server();

/** `upstreams.X.servers`; what comes of it are the texts that flags would have been given. */
export const SERVERS: Field<Texts> = list(
  { ...aboutOf("upstreams"), example: `[${EXAMPLE}]` },
  SERVER,
  { atLeast: 1, of: "server" },
  (servers) => servers.map(endpointText),
);

function server(): Field<Endpoint> {
  const about = {
    form: '"[tcp://]<ip>[:<port>]"|"tls://<name>[:<port>]"',
    example: EXAMPLE,
    help: "Where and how it is asked, as --resolver has it.",
  };
  const address = text(about, (one) => (read({ address: one }), one));
  const asTable = table<ServerTable>({
    address: text(about, (one) => one),
    ip: someOf('"<ip>"', '"192.0.2.1"', "Where it is, if it has a name.", (ip) => ip),
    bootstrap: someOf(
      '"<ip>[:<port>]"',
      '"192.0.2.53"',
      "Plain servers that are asked where it is; by default server.bootstrap. Nobody else is.",
      bootstrapOf,
    ),
    pin: someOf(
      '"sha256/<base64>"',
      `"sha256/${"A".repeat(43)}="`,
      "SHA-256 of the public key (SPKI) that its certificate must have, one of these if there are several.",
      (pin) => pin,
    ),
    ca: path(
      '"<file>"|"none"',
      "The only authorities to be believed, in a file from the root (PEM); none: pins alone count, and neither names nor dates.",
    ),
    auth: word(
      {
        form: '"name"|"none"',
        fallback: '"name"',
        help:
          "With none it need not prove who it is, and anybody on the way may answer in its place. Told at each start.",
      },
      ["name", "none"] as const,
      (one) => one,
    ),
    ddr: flag(
      {
        form: "true|false",
        fallback: "false",
        help:
          "A plain server is asked over TLS or QUIC where it says that it can be, once that has proved to be its own.",
      },
      (isOn) => isOn,
    ),
  }, ["address"]);
  const possible = checked(asTable, (one) => (read(one), one));
  const item = either(address, possible, `must be an address, such as ${EXAMPLE}, or a table with one`);
  return mapped(item, (one) => read(typeof one === "string" ? { address: one } : one));
}

/** One text or several. */
function someOf(form: string, example: string, help: string, read: (text: string) => string): Field<readonly string[]> {
  const about = { form: `${form}|[${form}, …]`, example, help };
  const several = list(
    { ...about, example: `[${example}]` },
    text({ form, example, help: "" }, read),
    { atLeast: 1 },
    (all) => all,
  );
  return either(text(about, (one) => [read(one)]), several, `must be text, such as ${example}, or a list of them`);
}

function read({ address, ip, bootstrap, pin, ca, auth, ddr }: ServerTable): Endpoint {
  return parseAskable(address, DEFAULT_UPSTREAM_PORT, {
    ...ip !== undefined && { ip },
    ...bootstrap !== undefined && { bootstrap },
    ...pin !== undefined && { "pin-sha256": pin },
    ...ca !== undefined && { ca: [ca] },
    ...auth !== undefined && { auth: [auth] },
    ...ddr === true && { ddr: [""] },
  });
}
