// The law of docs/configuration.md, sentence by sentence, on the real program with a real file.

import { assertEquals } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { RCODE, rcodeToText, typeToText } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { question, record, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, ROOT } from "./child_program.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

/** Groups, and what the upstream of each says of all names. */
const GROUPS = ["default", "corp", "lab", "guests", "types", "office", "root", "other"] as const;

/** `{corp}` stands for the address of that group's upstream. */
const FILE = `
[server]
listen = ["127.0.0.1:0", { address = "127.0.0.9:{free}", clients = "by-listener" }]

[[route]]
domains = ["example"]
to = "other"
[[route]]
domains = ["corp.example", "office.example", "test", "c.d.example"]
to = "corp"
[[route]]
domains = ["lab.corp.example"]
to = "lab"
[[route]]
domains = ["=alone.corp.example"]
to = ["{other}"]
[[route]]
domains = ["office.example"]
clients = ["wide", "narrow"]
to = "office"
[[route]]
domains = ["office.example"]
types = ["TXT"]
to = "types"
[[route]]
domains = ["."]
types = ["HINFO"]
to = "root"

[clients.wide]
addresses = ["127.1.0.0/16"]
[clients.narrow]
addresses = ["127.1.2.0/24"]
upstream = "guests"
drop-types = ["AAAA"]
[clients.by-listener]
upstream = "lab"
`;

interface Case {
  readonly fact: string;
  /** The client's address, and where it asks. */
  readonly from?: string;
  readonly asked: string;
  /** Which upstream is asked, or what is answered without any. */
  readonly gets: typeof GROUPS[number] | string;
}

const CASES: readonly Case[] = [
  { fact: "1: who is in no group is in default", asked: "a1.net A", gets: "default" },
  { fact: "1: what a group does not say is as it is for all", from: "127.1.9.1", asked: "a2.net A", gets: "default" },
  { fact: "1: the longest network holds", from: "127.1.2.3", asked: "a3.net A", gets: "guests" },
  { fact: "1: what its group leaves out has no records", from: "127.1.2.3", asked: "a4.net AAAA", gets: "NOERROR" },
  { fact: "1: others have them", from: "127.1.9.1", asked: "a5.net AAAA", gets: "default" },
  { fact: "2: a special name gives way to a route at it", asked: "a.test A", gets: "corp" },
  { fact: "2: and not to one for all names", asked: "a.onion HINFO", gets: "NXDOMAIN" },
  { fact: "2: the default upstream comes last", asked: "a6.net HINFO", gets: "root" },
  { fact: "4: the longest domain, whatever the order", asked: "a.lab.corp.example A", gets: "lab" },
  { fact: "4: what is below it, too", asked: "x.y.corp.example A", gets: "corp" },
  { fact: "4: the domain itself", asked: "corp.example A", gets: "corp" },
  { fact: "4: a shorter one where there is no longer one", asked: "a.example A", gets: "other" },
  { fact: "4: a name alone", asked: "alone.corp.example A", gets: "other" },
  { fact: "4: and not what is below it", asked: "a.alone.corp.example A", gets: "corp" },
  { fact: "4: the route with clients", from: "127.1.9.1", asked: "a.office.example TXT", gets: "office" },
  { fact: "4: then the one with types", asked: "b.office.example TXT", gets: "types" },
  { fact: "4: then the others", asked: "b.office.example A", gets: "corp" },
  { fact: "4: a route comes before the group's upstream", from: "127.1.2.3", asked: "b.corp.example A", gets: "corp" },
  { fact: "4: DS of a domain goes where its parent goes", asked: "lab.corp.example DS", gets: "corp" },
  { fact: "4: DS below it goes with it", asked: "a.lab.corp.example DS", gets: "lab" },
];

Deno.test({
  name: "the law: who is asked (needs --allow-run)",
  ignore: !CAN_RUN,
  async fn(t) {
    const upstreams = new Map(GROUPS.map((group, i) => [group, upstream(`192.0.2.${i + 1}`)]));
    const folder = await Deno.makeTempDir({ prefix: "dns-forwarder-law-" });
    try {
      const groups = GROUPS.map((group) =>
        `[upstreams.${group}]\nservers = ["{${group}}"]\ncase-randomization = false\n`
      );
      const free = freePort("127.0.0.9");
      const text = (FILE + groups.join("")).replaceAll(/\{(\w+)\}/g, (all, group) => {
        const server = upstreams.get(group);
        if (group === "free") return `${free}`;
        return server === undefined ? all : formatSocketAddress(server.address);
      });
      await Deno.writeTextFile(`${folder}/law.toml`, text);
      const command = [Deno.execPath(), "run", "--no-prompt", "--allow-net", "--allow-read", `${ROOT}/main.ts`];
      await using child = new ChildProgram([...command, "--config", `${folder}/law.toml`]);
      const { port } = await child.address();
      for (const { fact, from = "127.0.0.1", asked, gets } of CASES) {
        await t.step(fact, async () => {
          assertEquals(await whatBecomesOf(asked, from, "127.0.0.1", port, upstreams), gets);
        });
      }
      await t.step("1: a listener has its group", async () => {
        assertEquals(await whatBecomesOf("l1.net A", "127.0.0.1", "127.0.0.9", free, upstreams), "lab");
      });
    } finally {
      for (const server of upstreams.values()) await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** The group whose upstream was asked for it, or the RCODE where none was. */
async function whatBecomesOf(
  asked: string,
  from: string,
  hostname: string,
  port: number,
  upstreams: ReadonlyMap<string, UdpServer>,
): Promise<string> {
  const before = new Map([...upstreams].map(([group, { queries }]) => [group, queries.length]));
  using client = new UdpClient({ transport: "udp", hostname, port }, from);
  const reply = decode(await client.ask(wire({ id: 7, recursionDesired: true, questions: [question(asked)] })));
  const wanted = asked.split(" ")[1]!;
  const groups = [...upstreams].filter(([group, { queries }]) => {
    return queries.slice(before.get(group)!).some(({ octets }) => {
      const [question] = decode(octets).questions;
      return typeToText(question!.type) === wanted && !nameToText(question!.name).includes("loop");
    });
  });
  return groups.length === 0 ? rcodeToText(reply.rcode) : groups.map(([group]) => group).join(" and ");
}

function upstream(address: string): UdpServer {
  return new UdpServer(({ octets }) => {
    const { id, questions: [asked] } = decode(octets);
    const owner = nameToText(asked!.name);
    const answers = typeToText(asked!.type) === "A" ? [record(`${owner} 60 IN A ${address}`)] : [];
    return wire({ id, isResponse: true, rcode: RCODE.NOERROR, questions: [asked!], answers });
  });
}

/** A port that nobody has now, for what must know it beforehand. */
function freePort(hostname: string): number {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  socket.close();
  return (socket.addr as Deno.NetAddr).port;
}
