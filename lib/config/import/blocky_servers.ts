import type { Draft, Origin } from "./draft.ts";
import { bootstrapServers, importedServers } from "./encrypted.ts";
import { ipText } from "./spellings.ts";
import type { TomlValue } from "./toml_text.ts";
import type { Tree } from "./tree/tree.ts";

/** blocky's way to write servers: `tcp-tls:dns.example:853`, `https://dns.example/dns-query`, `tcp-tls:192.0.2.1#dns.example`. */
export class BlockyServers {
  /** What `bootstrapDns` says of where a server is, by its name. */
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #hasBootstrap: boolean;

  /** Reads who is asked where servers are that have a name. */
  constructor(tree: Tree, draft: Draft) {
    for (const item of tree.items("bootstrapDns").filter(({ root }) => root.kind === "table")) this.#read(item, draft);
    if (tree.entries("bootstrapDns").length > 0) this.#readTable(tree, draft);
    bootstrapServers(tree.takeAll("bootstrapDns"), told, draft);
    this.#hasBootstrap = draft.has("server", "bootstrap");
  }

  /** See `importedServers`. */
  read(
    texts: readonly string[],
    place: { origin: Origin; told: (text: string) => string; draft: Draft },
  ): TomlValue[] {
    return texts.flatMap((text) => {
      const { url, ip } = urlOf(text.trim());
      const hostname = hostnameOf(url);
      const addresses = ip === null ? this.#addresses.get(hostname) ?? [] : [ip];
      const parameters = addresses.length === 0 ? {} : { ip: addresses };
      const beside = { parameters, hasBootstrap: this.#hasBootstrap };
      return importedServers([url], beside, { ...place, told: () => place.told(text) });
    });
  }

  #readTable(tree: Tree, draft: Draft): void {
    this.#note(tree.take("bootstrapDns", "upstream"), tree.takeAll("bootstrapDns", "ips"), draft);
  }

  #read(item: Tree, draft: Draft): void {
    this.#note(item.take("upstream"), item.takeAll("ips"), draft);
  }

  /** One that is plain is asked where others are; of another it is said where it is itself. */
  #note(upstream: Found, ips: readonly NonNullable<Found>[], draft: Draft): void {
    if (upstream === null) return;
    const addresses = ips.map(({ text }) => ipText(text)).filter((ip) => ip !== null);
    const { url } = urlOf(upstream.text);
    if (addresses.length > 0) this.#addresses.set(hostnameOf(url), addresses);
    if (addresses.length > 0 && /^(?:tls|https|quic):/.test(url)) {
      draft.none(
        upstream.origin,
        told(upstream.text),
        "asked in the clear by address; its own addresses stand beside it",
      );
    } else bootstrapServers([upstream], told, draft);
  }
}

function told(text: string): string {
  return `bootstrapDns: ${text}`;
}

type Found = { readonly text: string; readonly origin: Origin } | null;

/** As a URL with the name that stands in the certificate, and the address where that is said beside it. */
function urlOf(text: string): { url: string; ip: string | null } {
  const [, rest = "", name] = /^([^#]*)(?:#(.+))?$/.exec(text) ?? [];
  const url = rest.replace(/^tcp-tls:(?:\/\/)?/i, "tls://").replace(/^(https|quic):(?!\/\/)/i, "$1://");
  const hostname = hostnameOf(url);
  if (name === undefined || ipText(hostname) === null) return { url, ip: null };
  return { url: url.replace(/^([a-z]+:\/\/)(?:\[[^\]]*\]|[^:/]*)/, `$1${name}`), ip: ipText(hostname) };
}

function hostnameOf(url: string): string {
  const [, bracketed, name = ""] = /^[a-z]+:\/\/(?:\[([^\]]*)\]|([^:/?]*))/.exec(url) ?? [];
  return bracketed ?? name.toLowerCase();
}
