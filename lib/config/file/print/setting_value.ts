import { listenName, listenText } from "../../../server/listen/listen.ts";
import { endpointText } from "../../../upstream/endpoint.ts";
import { typeToText } from "../../../wire/iana.ts";
import type { Config, FullConfig } from "../../config.ts";
import type { Setting } from "../../setting.ts";
import { SETTINGS } from "../../settings.ts";
import { quantityToText } from "../schema/quantity.ts";
import type { TomlValue } from "./sections.ts";

/** A setting of the table as a file has it; `null` for what no file says: it is so by itself. */
export function settingValue(field: keyof Config, config: FullConfig): TomlValue | null {
  if (field === "answer") return [config.answer.ipv4, ...(config.answer.ipv6 === null ? [] : [config.answer.ipv6])];
  if (field === "upstreams") return config.upstreams.length === 0 ? null : config.upstreams.map(endpointText);
  if (field === "listen") return config.listen === null ? null : listenValue(config);
  if (field === "refusedTypes") return config.refusedTypes.map(typeToText);
  const { unit } = (SETTINGS[field] as Setting<unknown>).reader;
  const value: unknown = config[field];
  if (typeof value === "number" && unit !== undefined) return quantityToText(value, unit);
  return value as TomlValue | null;
}

function listenValue({ listen, policy }: FullConfig): TomlValue {
  return listen!.map((one): TomlValue => {
    const address = listenText(one);
    const group = policy?.clientGroups.find(({ listeners }) => listeners.includes(listenName(one)));
    return group === undefined ? address : { address, clients: group.name };
  });
}
