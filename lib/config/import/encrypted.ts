import { AddressFormatError } from "../../base/net/address.ts";
import {
  type Endpoint,
  endpointText,
  isLost,
  isSecure,
  SECURE_PROTOCOLS,
  serverText,
} from "../../upstream/endpoint.ts";
import { parseAskable } from "../../upstream/parse_endpoint.ts";
import type { Parameters } from "../../upstream/secure_endpoint.ts";
import { DEFAULT_UPSTREAM_PORT } from "../config.ts";
import type { Draft, Origin } from "./draft.ts";
import { plainServer } from "./spellings.ts";
import type { TomlValue } from "./toml_text.ts";

/** A server as it stands in a file, or why there is none. */
export type ImportedServer =
  | { readonly value: TomlValue; readonly note: string }
  | { readonly whyNot: string };

/** What is known of a server beside its own text. */
export interface Beside {
  /** Where it is, its authorities, and so on. */
  readonly parameters?: Parameters;
  /** Whether somebody is asked where servers are that have a name alone: `server.bootstrap`. */
  readonly hasBootstrap: boolean;
}

/** What other programs ask over HTTP/3 is asked over HTTP/2 here. */
const HTTP3 = /^\s*h3:\/\//i;

/**
 * A server as URLs of other programs write it: plain (see `plainServer`), `tls://`, `https://`, `quic://`, or a DNS stamp. Who asks over
 * an encrypted transport knows whom: by name, and then where that is, or by address.
 */
export function importedServer(text: string, { parameters = {}, hasBootstrap }: Beside): ImportedServer {
  const plain = plainServer(text);
  if (plain !== null) return { value: plain, note: "" };
  const said = text.replace(HTTP3, "https://").trim();
  const scheme = /^([a-z0-9]+):\/\//i.exec(said)?.[1]?.toLowerCase();
  const isEncrypted = scheme === "sdns" || SECURE_PROTOCOLS.some((known) => known === scheme);
  if (!isEncrypted) return { whyNot: "upstreams are plain, by address, or tls://, https://, quic:// and sdns://" };
  try {
    const endpoint = parseAskable(said, DEFAULT_UPSTREAM_PORT, parameters);
    if (isLost(endpoint) && !hasBootstrap) return { whyNot: NOBODY_KNOWS };
    // Some of what stamps say can be said by them alone.
    return {
      value: scheme === "sdns" ? said : fileValue(endpoint),
      note: HTTP3.test(text) ? "HTTP/3; here it is asked over HTTP/2" : "",
    };
  } catch (error) {
    if (error instanceof AddressFormatError) return { whyNot: error.message };
    throw error;
  }
}

const NOBODY_KNOWS = "its address has to be known: ip beside it, or server.bootstrap";

/** Those of `texts` that are servers, as they stand in a file; of the others it is said why they are none. */
export function importedServers(
  texts: readonly string[],
  beside: Beside,
  { origin, told, draft }: { origin: Origin; told: (text: string) => string; draft: Draft },
): TomlValue[] {
  return texts.flatMap((text) => {
    const server = importedServer(text, beside);
    if ("whyNot" in server) draft.none(origin, told(text), server.whyNot);
    else if (server.note !== "") draft.none(origin, told(text), server.note);
    return "value" in server ? [server.value] : [];
  });
}

/** The plain servers among those that a program asks where others are, which are asked that here as well. */
export function bootstrapServers(
  all: readonly { text: string; origin: Origin }[],
  told: (text: string) => string,
  draft: Draft,
): void {
  for (const { text, origin } of all) {
    const server = plainServer(text);
    if (server !== null) draft.add("server", "bootstrap", [server.replace(/^tcp:\/\//, "")], origin);
    else draft.none(origin, told(text), "asked in the clear by address: who is there has to prove who it is");
  }
}

/** A table, unless its address says it all. */
function fileValue(endpoint: Endpoint): TomlValue {
  if (!isSecure(endpoint)) return endpointText(endpoint);
  const address = serverText(endpoint);
  const { name, addresses, bootstrap, pins, ca } = endpoint;
  const ip = name === null ? addresses.slice(1) : addresses;
  const table = {
    ...ip.length > 0 && { ip: oneOrAll(ip) },
    ...bootstrap.length > 0 && { bootstrap: oneOrAll(bootstrap) },
    ...pins.length > 0 && { pin: oneOrAll(pins.map((pin) => `sha256/${pin}`)) },
    ...ca !== null && { ca },
  };
  return Object.keys(table).length === 0 ? address : { address, ...table };
}

function oneOrAll(texts: readonly string[]): TomlValue {
  return texts.length === 1 ? texts[0]! : texts;
}
