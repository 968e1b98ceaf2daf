import type { Draft } from "./draft.ts";
import { networkText } from "./spellings.ts";
import type { Tree } from "./tree/tree.ts";

/** Ports of AdGuard Home's section `tls`, with what they are if nothing is said; 0 is none. */
const PORTS = [
  ["port_dns_over_tls", "tls://", 853],
  ["port_https", "https://", 443],
  ["port_dns_over_quic", "quic://", 853],
] as const;

/** Carries over the section `tls`: listeners at all of `hosts`, and their certificate. */
export function encryptedListeners(tree: Tree, hosts: readonly string[], draft: Draft): void {
  const isOn = tree.take("tls", "enabled")?.text === "true";
  const certificate = tree.take("tls", "certificate_path");
  const key = tree.take("tls", "private_key_path");
  const ports = PORTS.map(([name, scheme, usual]) => ({ name, scheme, usual, found: tree.take("tls", name) }));
  const chain = tree.take("tls", "certificate_chain");
  const text = tree.take("tls", "private_key");
  for (const [name, found] of [["certificate_chain", chain], ["private_key", text]] as const) {
    if (found !== null && found.text !== "") draft.none(found.origin, `tls.${name}: …`, "put it into a file");
  }
  if (certificate === null || key === null || certificate.text === "" || key.text === "" || !isOn) {
    for (const { name, found } of ports) {
      const why = isOn ? "needs server.certificate with a file" : "switched off";
      if (found !== null) draft.none(found.origin, `tls.${name}: ${found.text}`, why);
    }
    for (const [name, found] of [["certificate_path", certificate], ["private_key_path", key]] as const) {
      if (found !== null && found.text !== "") {
        draft.none(found.origin, `tls.${name}: ${found.text}`, "no encrypted listener");
      }
    }
    return;
  }
  for (const { name, scheme, usual, found } of ports) {
    const port = Number(found?.text ?? usual);
    if (port === 0) continue;
    const { origin } = found ?? certificate;
    for (const host of hosts) draft.listen(host, port, origin, `tls.${name}: ${port}`, "", scheme);
  }
  draft.add("server", "certificate", [certificate.text], certificate.origin);
  draft.add("server", "key", [key.text], key.origin);
  for (const { text, origin } of tree.takeAll("dns", "trusted_proxies")) {
    const network = networkText(text);
    if (network === null) draft.none(origin, `dns.trusted_proxies: ${text}`, "needs an address or a network");
    else draft.add("server", "trusted-proxies", [network], origin);
  }
}
