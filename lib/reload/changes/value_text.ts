import type { BlockRule, ListSource, ScheduleWindow, Secret } from "../../config/lists.ts";
import type { DomainPattern } from "../../config/domain_pattern.ts";
import type { LeaseFile, LocalAddresses, LocalRecord } from "../../config/policy.ts";
import { type Listen, listenText } from "../../server/listen/listen.ts";
import { type Endpoint, endpointText } from "../../upstream/endpoint.ts";

/** What can stand in a configuration where something is listed. */
type Item =
  | Endpoint
  | Listen
  | DomainPattern
  | LocalAddresses
  | LocalRecord
  | LeaseFile
  | Secret
  | ListSource
  | BlockRule
  | ScheduleWindow;

/** A value of the configuration for the operator, so short that it fits into a line with others. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(valueText).join(" ");
  return typeof value === "object" ? itemText(value as Item) : String(value);
}

function itemText(item: Item): string {
  if ("proxyNetworks" in item) return listenText(item);
  if ("protocol" in item) return endpointText(item);
  if ("isExact" in item) return item.isExact ? `=${item.name}` : item.name;
  if ("alias" in item) return [item.name, ...(item.alias === null ? item.addresses : [item.alias])].join(" ");
  // Of a secret, where it is.
  if ("text" in item) return "file" in item ? item.file : item.text;
  if ("format" in item) return item.file;
  if ("url" in item) return withoutQuery(item.url);
  if ("except" in item) return ruleText(item);
  if ("fromMinute" in item) return windowText(item);
  return Object.values(item).filter((part) => part !== null).map(valueText).join(" ");
}

/** Some carry what nobody else may know there. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "");
}

function ruleText({ lists, schedule, except }: BlockRule): string {
  const names = lists === "*" ? lists : lists.join("+");
  return [
    names,
    ...(schedule === null ? [] : [`(${schedule})`]),
    ...(except.length === 0 ? [] : [`except ${except.join("+")}`]),
  ]
    .join(" ");
}

function windowText({ days, fromMinute, toMinute, timeZone }: ScheduleWindow): string {
  const time = (minute: number) => `${Math.floor(minute / 60)}:${`${minute % 60}`.padStart(2, "0")}`;
  const zone = timeZone === null ? "" : ` ${timeZone}`;
  return `${days.map((day) => DAY_NAMES[day]).join("+")} ${time(fromMinute)}-${time(toMinute)}${zone}`;
}

const DAY_NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
