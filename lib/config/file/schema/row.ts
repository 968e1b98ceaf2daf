import type { Config } from "../../config.ts";
import { DEFAULTS, SETTINGS } from "../../settings.ts";
import { aboutInFile, type Setting } from "../../setting.ts";
import { type About, alternatives, count, either, type Field, flag, list, text, word } from "./fields.ts";
import { quantity, quantityToText } from "./quantity.ts";

/** The texts that a flag would have been given for the same. */
export type Texts = readonly string[];

/** What messages show of settings whose form says little to who has just mistaken it. */
const EXAMPLES: Partial<Record<keyof Config, string>> = {
  upstreams: '"9.9.9.9"',
  answer: '"192.0.2.80"',
  allow: '"192.0.2.0/24"',
  deny: '"192.0.2.0/24"',
  rateLimitExempt: '"192.0.2.0/24"',
  refusedTypes: '"ANY"',
  serverId: '"ns1"',
  adminSocket: '"/run/dns-forwarder/admin.sock"',
  adminListen: '"127.0.0.1:8053"',
  adminTokenFile: '"/var/lib/dns-forwarder/tokens"',
  adminHosts: '"dns.home.arpa"',
  alertWebhook: '"https://alerts.example/hook"',
  metricsListen: '"127.0.0.1:9153"',
  metricsAllow: '"192.0.2.0/24"',
  bootstrap: '"9.9.9.9"',
  stateDir: '"/var/lib/dns-forwarder"',
  certificates: '"/etc/dns-forwarder/certificates"',
  keys: '"/etc/dns-forwarder/key.pem"',
  queryLogFolder: '"/var/log/dns-forwarder"',
  historyFolder: '"/var/lib/dns-forwarder/history"',
  queryLogOnly: '"blocked"',
  untoldDomains: '"in-addr.arpa"',
  dnstapTo: '"unix:/run/dnstap.sock"',
  dnstapMessages: '"client"',
  dnstapIdentity: '"ns1"',
  dnstapVersion: '"1"',
  otlpEndpoint: '"http://192.0.2.9:4318"',
  otlpHeadersFile: '"/etc/dns-forwarder/otlp-headers"',
  trustedProxies: '"192.0.2.0/24"',
};

/** Lists that mean nothing when they are empty. */
const MUST_HAVE: readonly (keyof Config)[] = ["upstreams", "answer", "allow", "dnstapMessages"];

/** Lists that are one value nearly always. */
const MAY_BE_ONE: readonly (keyof Config)[] = ["certificates", "keys"];

/** How a setting of the table stands in a file. What comes of it are the texts that its reader takes. */
export function row(field: keyof Config): Field<Texts> {
  const setting: Setting<unknown> = SETTINGS[field];
  const { reader } = setting;
  const about = aboutOf(field);
  const texts = (value: unknown): Texts => [`${value}`];
  if (reader.form === null) return flag(about, texts);
  if (reader.unit !== undefined) return quantity(about, reader.unit, reader.bounds!, texts);
  if (reader.isList) {
    const example = EXAMPLES[field]!;
    const read = (text: string) => (readTexts(setting, [text]), text);
    const item = text({ form: `"${reader.form}"`, help: "", example }, read);
    const of = field === "upstreams" ? "server" : "value";
    const several = list(
      { ...about, example: `[${example}]` },
      item,
      { atLeast: MUST_HAVE.includes(field) ? 1 : 0, of },
      (items) => readTexts(setting, items),
    );
    if (!MAY_BE_ONE.includes(field)) return several;
    const one = text({ ...about, example }, (path) => readTexts(setting, [path]));
    return either(one, several, `must be text, such as ${example}, or a list`);
  }
  if (reader.bounds === undefined) {
    return reader.words === undefined
      ? text({ ...about, example: EXAMPLES[field]! }, (one) => readTexts(setting, [one]))
      : word(about, reader.words, texts);
  }
  const number = count(about, reader.bounds, texts);
  if (reader.words === undefined) return number;
  const { min, max } = reader.bounds;
  const message = `must be a whole number, ${min}–${max}, or ${alternatives(reader.words)}`;
  return either(number, word(about, reader.words, texts), message);
}

/** What pages say of a setting of the table. */
export function aboutOf(field: keyof Config): About {
  const setting: Setting<unknown> = SETTINGS[field];
  const fallback = valueText(field, DEFAULTS);
  return { form: formOf(setting), help: aboutInFile(setting).join(" "), ...(fallback !== null && { fallback }) };
}

/** A setting's value as a file would have it; `null` for one that no file could give. */
export function valueText(field: keyof Config, config: Config): string | null {
  const { reader: { unit } } = SETTINGS[field] as Setting<unknown>;
  const value: unknown = config[field];
  if (typeof value === "number" && unit !== undefined) return JSON.stringify(quantityToText(value, unit));
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "string") {
    return JSON.stringify(value);
  }
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string")) {
    return JSON.stringify(value).replaceAll(",", ", ");
  }
  return null;
}

function formOf({ reader: { form, unit, words, bounds, isList } }: Setting<unknown>): string {
  if (form === null) return "true|false";
  if (unit !== undefined) return `"${quantityToText(bounds!.min, unit)}"–"${quantityToText(bounds!.max, unit)}"`;
  if (isList) return `["${form}", …]`;
  const all = [
    ...(bounds === undefined ? [] : [`${bounds.min}–${bounds.max}`]),
    ...(words ?? []).map((one) => `"${one}"`),
  ];
  return all.length === 0 ? `"${form}"` : all.join("|");
}

function readTexts({ path, reader }: Setting<unknown>, texts: Texts): Texts {
  reader.read(texts.map((text) => ({ path, text, where: path })));
  return texts;
}
