import { formatSocketAddress, type SocketAddress } from "../../base/net/address.ts";
import type { DomainPattern } from "../../config/domain_pattern.ts";
import type { LeaseFile, LocalAddresses, LocalRecord } from "../../config/policy.ts";
import { type Endpoint, endpointText } from "../../upstream/endpoint.ts";

/** What can stand in a configuration where something is listed. */
type Item = Endpoint | SocketAddress | DomainPattern | LocalAddresses | LocalRecord | LeaseFile;

/** A value of the configuration for the operator, so short that it fits into a line with others. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(valueText).join(" ");
  return typeof value === "object" ? itemText(value as Item) : String(value);
}

function itemText(item: Item): string {
  if ("protocol" in item) return endpointText(item);
  if ("hostname" in item) return formatSocketAddress(item);
  if ("isExact" in item) return item.isExact ? `=${item.name}` : item.name;
  if ("alias" in item) return [item.name, ...(item.alias === null ? item.addresses : [item.alias])].join(" ");
  if ("text" in item) return item.text;
  if ("format" in item) return item.file;
  return Object.values(item).filter((part) => part !== null).map(valueText).join(" ");
}
