import { ListParser } from "../../lib/lists/formats/list_parser.ts";
import type { ListFormat, ListSink } from "../../lib/lists/list_rule.ts";

/** Names of the shapes that lists have, always the same. */
function makeNames(count: number): string[] {
  let state = 1;
  const below = (n: number) => ((state = Math.imul(state, 48271) & 0x7fff_ffff) >>> 8) % n;
  const word = (length: number) =>
    Array.from({ length }, () => "abcdefghijklmnopqrstuvwxyz0123456789"[below(36)]).join("");
  const last = ["com", "net", "org", "de", "co.uk", "info", "xyz"];
  return Array.from({ length: count }, () => {
    return `${below(2) === 0 ? "" : `${word(2 + below(6))}.`}${word(5 + below(10))}.${last[below(last.length)]}`;
  });
}

const nowhere: ListSink = { name() {}, cancel() {}, address() {}, pattern() {}, skipped() {}, bad() {} };
const NAMES = makeNames(40_000);
const WRITERS: readonly (readonly [ListFormat, string, (name: string) => string])[] = [
  ["domains", "x", (name) => name],
  ["domains", "*.x", (name) => `*.${name}`],
  ["hosts", "0.0.0.0 x", (name) => `0.0.0.0 ${name}`],
  ["hosts", ":: x", (name) => `:: ${name}`],
  ["adblock", "||x^", (name) => `||${name}^`],
  ["adblock", "||x^$important", (name) => `||${name}^$important`],
  ["dnsmasq", "address=/x/0.0.0.0", (name) => `address=/${name}/0.0.0.0`],
  ["dnsmasq", "local=/x/", (name) => `local=/${name}/`],
  ["unbound", "local-zone: x", (name) => `local-zone: "${name}" always_nxdomain`],
  ["rpz", "x CNAME .", (name) => `${name} CNAME .`],
  ["rpz", "*.x 300 IN CNAME .", (name) => `*.${name} 300 IN CNAME .`],
  ["rpz", "x CNAME y", (name) => `${name} CNAME walled-garden.example.`],
  ["rpz", "x A", (name) => `${name} A 192.0.2.1`],
];

for (const [format, as, write] of WRITERS) {
  const text = new TextEncoder().encode(`${NAMES.map(write).join("\n")}\n`);
  for (const told of [format, "auto"] as const) {
    Deno.bench(`${told}: 40,000 lines "${as}", ${(text.length / 1e6).toFixed(2)} MB`, {
      group: format,
      baseline: told === format,
    }, () => {
      const parser = new ListParser(told, { coversBelow: null }, nowhere);
      for (let at = 0; at < text.length; at += 65536) parser.write(text.subarray(at, at + 65536));
      parser.end();
    });
  }
}
