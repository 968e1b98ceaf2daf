// The law of docs/configuration.md, sentence by sentence: the program with a file, asked by dig.

import { assertEquals } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { CLASS, TYPE } from "../../lib/wire/iana.ts";
import { decode, type ResourceRecord } from "../../lib/wire/message.ts";
import { rdataFromText } from "../../lib/wire/text/rdata_text.ts";
import { wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, ROOT } from "./child_program.ts";
import { UdpServer } from "./udp_server.ts";

/** As long as one of SHA-1 is. */
const DIGEST = "0".repeat(40);
const MAIN = [Deno.execPath(), "run", "--no-prompt", "--allow-net", "--allow-read", `${ROOT}/main.ts`];

/** An upstream that tells by its addresses who it is, whatever is asked for. */
function upstream(number: number): UdpServer {
  const rdata = new Map<number, Uint8Array<ArrayBuffer>>([
    [TYPE.A, rdataFromText(TYPE.A, `192.0.2.${number}`)],
    [TYPE.AAAA, rdataFromText(TYPE.AAAA, `2001:db8::${number}`)],
    [TYPE.TXT, rdataFromText(TYPE.TXT, `upstream${number}`)],
    [TYPE.DS, rdataFromText(TYPE.DS, `${number} 13 1 ${DIGEST}`)],
  ]);
  return new UdpServer(({ octets }) => {
    const { id, questions: [asked] } = decode(octets);
    const { name, type } = asked!;
    const answers: ResourceRecord[] = [{ name, type, class: CLASS.IN, ttl: 60, rdata: rdata.get(type)! }];
    return wire({ id, isResponse: true, recursionAvailable: true, questions: [asked!], answers });
  });
}

/** What the file says besides servers. */
const FILE = `
[server]
listen = ["127.0.0.1:0"]

[[route]]                       # 6: the longest domain wins, whatever the order
domains = ["corp.example"]
to = "ad"
[[route]]
domains = ["k8s.corp.example", "=alone.example", "10.in-addr.arpa"]
to = "cluster"
[[route]]                       # 6: then clients
domains = ["partner.example"]
clients = ["finance"]
to = "cluster"
[[route]]                       # 6: then types
domains = ["partner.example"]
types = ["TXT"]
to = "ad"
[[route]]                       # 2: not to a route for "."
domains = ["."]
types = ["TXT"]
to = "ad"

[local]                         # 3: answers first
domain = "home.example"
addresses = { "nas.home.example" = "198.51.100.1", "*.home.example" = "198.51.100.2", "k8s.corp.example" = "198.51.100.3" }
[clients.finance.local]
"nas.home.example" = "198.51.100.9"

[clients.wide]                  # 1: the longest network
addresses = ["127.1.0.0/16"]
upstream = "cluster"
[clients.narrow]
addresses = ["127.1.2.0/24"]
upstream = "ad"
drop-types = ["AAAA"]
[clients.finance]
addresses = ["127.2.0.1"]

[[rewrite]]                     # 7: asks for another name
domains = ["old.example"]
to = "www.corp.example"
[[rewrite]]
domains = ["known.example"]
to = "k8s.corp.example"
[[rewrite]]
domains = ["flat.example"]
to = "www.corp.example"
flatten = true
clients = ["finance"]
`;

interface Case {
  readonly fact: string;
  /** What is asked, from 127.0.0.1 unless said otherwise, and what \`dig +short\` says. */
  readonly asked: readonly (readonly [question: string, answer: string, from?: string])[];
}

const CASES: readonly Case[] = [
  {
    fact: "1: a client is in the group of the longest network that holds it, and gets what that says",
    asked: [
      ["www.example A", "192.0.2.1"],
      ["www.example A", "192.0.2.3", "127.1.9.9"],
      ["www.example A", "192.0.2.2", "127.1.2.9"],
      ["www.example AAAA", "", "127.1.2.9"],
      ["www.example AAAA", "2001:db8::3", "127.1.9.9"],
    ],
  },
  {
    fact: "2: what is said of a name beats special names at or above it, what is said of all names does not",
    asked: [
      ["1.0.0.10.in-addr.arpa TXT", '"upstream3"'],
      ["1.0.168.192.in-addr.arpa TXT", ""],
      ["printer.local TXT", ""],
      ["www.example TXT", '"upstream2"'],
    ],
  },
  {
    fact: "3: what is known here answers first, the exact name before a wildcard, the group's own before everybody's",
    asked: [
      ["k8s.corp.example A", "198.51.100.3"],
      ["nas.home.example A", "198.51.100.1"],
      ["nas.home.example A", "198.51.100.9", "127.2.0.1"],
      ["other.home.example A", "198.51.100.2"],
      ["nas.home.example AAAA", ""],
      ["known.example A", "k8s.corp.example. 198.51.100.3"],
    ],
  },
  {
    fact:
      "6: the longest domain wins; at the same domain clients, then types; a DS question goes where the parent's goes",
    asked: [
      ["www.corp.example A", "192.0.2.2"],
      ["api.k8s.corp.example A", "192.0.2.3"],
      ["alone.example A", "192.0.2.3"],
      ["below.alone.example A", "192.0.2.1"],
      ["partner.example A", "192.0.2.1"],
      ["partner.example TXT", '"upstream2"'],
      ["partner.example TXT", '"upstream3"', "127.2.0.1"],
      ["corp.example DS", `1 13 1 ${DIGEST}`],
      ["k8s.corp.example DS", `2 13 1 ${DIGEST}`],
      ["api.k8s.corp.example DS", `3 13 1 ${DIGEST}`],
    ],
  },
  {
    fact: "7: a rewrite asks for another name, which is routed as if it had been asked for",
    asked: [
      ["old.example A", "www.corp.example. 192.0.2.2"],
      ["below.old.example A", "www.corp.example. 192.0.2.2"],
      ["flat.example A", "192.0.2.2", "127.2.0.1"],
      ["flat.example A", "192.0.2.1"],
    ],
  },
];

async function hasDig(): Promise<boolean> {
  try {
    return CAN_RUN && (await new Deno.Command("dig", { args: ["-v"], stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "each sentence of the law holds for who asks with dig (needs --allow-run, and dig)",
  ignore: !await hasDig(),
  async fn(t) {
    const file = await Deno.makeTempFile({ prefix: "dns-forwarder-law-", suffix: ".toml" });
    await using first = upstream(1);
    await using second = upstream(2);
    await using third = upstream(3);
    const groups = { default: first, ad: second, cluster: third };
    const servers = Object.entries(groups).map(([name, { address }]) => {
      return `[upstreams.${name}]\nservers = ["${formatSocketAddress(address)}"]\n`;
    });
    await Deno.writeTextFile(file, [...servers, FILE].join(""));
    try {
      await using child = new ChildProgram([...MAIN, "--config", file]);
      const { hostname, port } = await child.address();
      for (const { fact, asked } of CASES) {
        await t.step(fact, async () => {
          for (const [question, answer, from = "127.0.0.1"] of asked) {
            const args = [`@${hostname}`, "-p", `${port}`, "-b", from, "+short", "+tries=1", ...question.split(" ")];
            const { stdout } = await new Deno.Command("dig", { args }).output();
            const said = new TextDecoder().decode(stdout).trim().split("\n").join(" ");
            assertEquals([question, from, said], [question, from, answer]);
          }
        });
      }
    } finally {
      await Deno.remove(file);
    }
  },
});
