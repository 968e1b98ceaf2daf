import type { Draft } from "../draft.ts";
import type { Directive } from "./corefile.ts";
import type { Place } from "./coredns_servers.ts";

/** Listens for a block. Encrypted listeners need `tls CERT KEY [CA]` in it. Returns whether there are any. */
export function listeners(
  places: readonly Place[],
  { binds, tls, origin }: { binds: readonly Directive[]; tls: Directive | undefined; origin: Directive["origin"] },
  draft: Draft,
): boolean {
  const [certificate, key, ...others] = tls?.args ?? [];
  const isCertified = certificate !== undefined && key !== undefined;
  const asksClients = tls?.block.some(({ name, args }) => name === "client_auth" && args[0] !== "nocert") ?? false;
  const isServed = isCertified && !asksClients;
  for (const { scheme, port } of places) {
    if (scheme === "" || isServed) listen({ scheme, port }, binds, origin, draft);
    else {
      const why = asksClients ? "client-ca of a listener says whose clients are served" : "needs server.certificate";
      draft.none(origin, `${scheme}:${port}`, why);
    }
  }
  const hasEncrypted = places.some(({ scheme }) => scheme !== "");
  const isListened = isServed || places.some(({ scheme }) => scheme === "");
  if (tls === undefined) return isListened;
  for (const { name, args, origin } of tls.block) {
    draft.none(origin, `tls: ${[name, ...args].join(" ")}`, "client-ca of a listener says whose clients are served");
  }
  if (!isServed || !hasEncrypted) {
    draft.none(tls.origin, `tls ${tls.args.join(" ")}`, "no listener of its block is encrypted");
    return isListened;
  }
  draft.add("server", "certificate", [certificate], tls.origin);
  draft.add("server", "key", [key], tls.origin);
  for (const other of others) draft.none(tls.origin, `tls: ${other}`, "clients are not asked for certificates");
  return true;
}

function listen({ scheme, port }: Place, binds: readonly Directive[], origin: Directive["origin"], draft: Draft): void {
  for (const { args, origin } of binds) {
    for (const address of args) draft.listen(address, port, origin, `bind ${address}`, "", scheme);
  }
  if (binds.length > 0) return;
  for (const address of ["0.0.0.0", "::"]) {
    draft.listen(address, port, origin, `port ${port}`, "CoreDNS listens on all addresses", scheme);
  }
}
