import { formatSocketAddress } from "../../base/net/address.ts";
import { type PlainEndpoint, type SecureEndpoint, socketAddressOf } from "../endpoint.ts";
import type { Designation } from "./designations.ts";

/**
 * The ways in which a plain server may be asked by what it says, best first. Whoever is there has to show a certificate for the
 * address of the plain server (RFC 9462 §4.2). Some servers have it for those who ask for their name alone, others for those who
 * ask for none: both are tried.
 */
export function candidatesOf(plain: PlainEndpoint, designations: readonly Designation[]): SecureEndpoint[] {
  return designations.flatMap(({ protocol, port, path, addresses, target }): SecureEndpoint[] => {
    const common = { protocol, port, path, pins: [], stampHashes: [], ca: null, auth: "name" } as const;
    if (protocol === "quic") {
      // The address that is connected to is the one that the certificate has to be for: nobody shows it to us.
      const isThere = addresses.length === 0 || addresses.includes(plain.address);
      return isThere ? [{ ...common, name: null, addresses: [plain.address], bootstrap: [] }] : [];
    }
    const designatedBy = plain.address;
    // Where it does not say where they are, it is asked for that as well.
    const bootstrap = addresses.length === 0 ? [formatSocketAddress(socketAddressOf(plain))] : [];
    const nameless = addresses.length === 0 ? [plain.address] : addresses;
    return [
      { ...common, name: target, addresses, bootstrap, designatedBy },
      { ...common, name: null, addresses: nameless, bootstrap: [], designatedBy },
    ];
  });
}
