// dns-packet carries no types. This is as much of it as the second opinion on the codec needs.

declare module "dns-packet" {
  interface DnsPacket {
    decode(octets: Uint8Array): Record<string, unknown> & { answers: Record<string, unknown>[] };
    encode(message: unknown): Uint8Array<ArrayBuffer>;
  }
  const dnsPacket: DnsPacket;
  export default dnsPacket;
}
