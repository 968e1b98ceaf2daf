/** What stands in PEM (RFC 7468) between the lines that begin and end a `label`, first to last. What is not Base64 is left out. */
export function fromPem(text: string, label: string): Uint8Array<ArrayBuffer>[] {
  const blocks = text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g);
  const found: Uint8Array<ArrayBuffer>[] = [];
  for (const [, name, base64] of blocks) {
    const octets = name === label ? octetsOf(base64!) : null;
    if (octets !== null) found.push(octets);
  }
  return found;
}

/** Writes octets as PEM. */
export function toPem(label: string, octets: Uint8Array): string {
  const lines = octets.toBase64().match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function octetsOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return null;
  }
}
