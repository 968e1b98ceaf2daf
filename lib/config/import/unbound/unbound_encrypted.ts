import type { Draft } from "../draft.ts";
import type { Clause, Line } from "./unbound_clauses.ts";

/** What unbound's files say of encryption, wherever they say it: it holds for all zones and interfaces. */
export interface Encrypted {
  /** All of these lines. */
  readonly lines: readonly Line[];
  /** The file with the authorities that are believed; "" without one. */
  readonly bundle: string;
  /** Whether anybody is believed: then unbound looks at no certificate. */
  readonly isUnchecked: boolean;
  /** Whether all zones are asked over TLS. */
  readonly isForAll: boolean;
  /** What has been carried over. */
  readonly used: Set<"bundle" | "certificate">;
}

const KEYS: readonly string[] = [
  "tls-cert-bundle",
  "ssl-cert-bundle",
  "tls-system-cert",
  "tls-win-cert",
  "tls-upstream",
  "ssl-upstream",
  "tls-service-key",
  "ssl-service-key",
  "tls-service-pem",
  "ssl-service-pem",
  "tls-port",
  "ssl-port",
  "tls-additional-port",
  "tls-additional-ports",
  "https-port",
  "http-endpoint",
  "http-notls-downstream",
];

/** Where systems have the authorities that the program comes with. */
const OF_SYSTEMS: readonly string[] = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/ssl/cert.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/usr/local/share/certs/ca-root-nss.crt",
];

/** Whether a line of `server:` is one of these. */
export function isOfEncrypted(key: string): boolean {
  return KEYS.includes(key);
}

/** Reads these lines, before anything that they are for. */
export function readEncrypted(clauses: readonly Clause[]): Encrypted {
  const lines = clauses.filter(({ name }) => name === "server" || name === "").flatMap(({ lines }) => lines)
    .filter(({ key }) => isOfEncrypted(key));
  const bundle = valueOf({ lines }, "cert-bundle") ?? "";
  const isOfSystem = lines.some(({ key, value }) => /^tls-(?:system|win)-cert$/.test(key) && value === "yes");
  return {
    lines,
    bundle: OF_SYSTEMS.includes(bundle) ? "" : bundle,
    isUnchecked: bundle === "" && !isOfSystem,
    isForAll: valueOf({ lines }, "upstream") === "yes",
    used: new Set(),
  };
}

/** What is spoken on a port of an interface: as in unbound, nothing is encrypted there without a key. */
export function schemeAt(encrypted: Encrypted, port: number): string {
  const { lines, used } = encrypted;
  const isHttps = port === Number(valueOf(encrypted, "https-port") ?? 443);
  if (isHttps && valueOf(encrypted, "http-notls-downstream") === "yes") return "http://";
  const others = lines.filter(({ key }) => key.startsWith("tls-additional-port")).map(({ value }) => Number(value));
  const isTls = port === Number(valueOf(encrypted, "port") ?? 853) || others.includes(port);
  const isCertified = valueOf(encrypted, "service-pem") !== null && valueOf(encrypted, "service-key") !== null;
  if (!isCertified || (!isTls && !isHttps)) return "";
  used.add("certificate");
  return isHttps ? "https://" : "tls://";
}

/** Says of all of these lines what has become of them. */
export function tellEncrypted({ lines, used, isForAll }: Encrypted, draft: Draft): void {
  for (const { key, value, text, origin } of lines) {
    const what = key.replace(/^(?:tls|ssl)-/, "");
    const isFile = what === "service-pem" || what === "service-key";
    if (isFile && used.has("certificate")) {
      const note = value.startsWith("/") ? "" : "from unbound's folder; here from that of this file";
      draft.add("server", what === "service-pem" ? "certificate" : "key", [value], origin, note);
    } else if (isFile) draft.none(origin, text, "no interface is at an encrypted port");
    else if (what === "cert-bundle" && (OF_SYSTEMS.includes(value) || used.has("bundle"))) {
      draft.alreadySo(
        origin,
        text,
        used.has("bundle") ? "ca beside each server" : "these authorities come with the program",
      );
    } else if (what === "cert-bundle") draft.none(origin, text, "encrypted servers always prove who they are");
    else if (what === "system-cert" || what === "win-cert") {
      draft.alreadySo(origin, text, "Mozilla's authorities come with the program");
    } else if (what === "upstream" && isForAll) draft.alreadySo(origin, text, "tls:// before each server");
    else if (key === "http-endpoint" && value !== "/dns-query") {
      draft.none(origin, text, "the path stands behind the address in server.listen");
    } else draft.alreadySo(origin, text);
  }
}

/** The last one counts. */
function valueOf({ lines }: Pick<Encrypted, "lines">, key: string): string | null {
  return lines.findLast((line) => line.key.replace(/^(?:tls|ssl)-/, "") === key)?.value ?? null;
}
