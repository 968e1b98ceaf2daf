/** What a client may call itself: a label of a name in lower case. */
const ID = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;

/** Whether a text may be what clients call themselves. */
export function isClientId(text: string): boolean {
  return ID.test(text);
}

/**
 * What a client calls itself by the name of the server that it asks for (RFC 6066 §3): `laptop` of `laptop.dns.example.org`. `null`
 * where it asks for none, and for what is no label in front of a name.
 */
export function idOfServerName(serverName: string | null): string | null {
  const [label, ...rest] = (serverName ?? "").toLowerCase().split(".");
  return rest.length > 0 && isClientId(label!) ? label! : null;
}

/**
 * What a client calls itself by the path that it asks for: `laptop` of `/dns-query/laptop`. `null` for the listener's own path, and
 * `undefined` for what is neither.
 */
export function idOfPath(path: string, listenerPath: string): string | null | undefined {
  if (path === listenerPath) return null;
  const id = path.startsWith(`${listenerPath}/`) ? path.slice(listenerPath.length + 1).toLowerCase() : "";
  return isClientId(id) ? id : undefined;
}
