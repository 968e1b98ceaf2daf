import { assertEquals } from "@std/assert";
import { parseCidr } from "../../../lib/base/net/cidr.ts";
import { Client } from "../../../lib/resolver/client.ts";
import { type ClientGroup, ClientGroups, type GroupMarks } from "../../../lib/resolver/route/client_groups.ts";
import { NO_VERDICTS } from "../../../lib/resolver/route/verdicts.ts";
import type { Ruling } from "../../../lib/resolver/route/ruling.ts";

interface Known {
  readonly mac?: string;
  readonly name?: string;
}

type Marks = Partial<Omit<GroupMarks, "addresses"> & { readonly addresses: readonly string[] }>;

/** Groups with these marks, and what the directory knows of addresses; `find` tells the name of a client's group. */
function setUp(marks: Readonly<Record<string, Marks>>) {
  const ruling = {} as Ruling;
  const groups = Object.entries<Marks>({ default: {}, ...marks }).map(
    ([name, given], number): [ClientGroup, GroupMarks] => {
      const { addresses = [], macs = [], names = [], ids = [], listeners = [] } = given;
      return [{ number, name, dropTypes: null, dropped: ruling, otherwise: ruling, verdicts: NO_VERDICTS }, {
        addresses: addresses.map(parseCidr),
        macs,
        names,
        ids,
        listeners,
      }];
    },
  );
  const known = new Map<string, Known>();
  const directory = {
    generation: 0,
    lookups: 0,
    macOf(address: string) {
      this.lookups++;
      return known.get(address)?.mac ?? null;
    },
    nameOf: (address: string) => known.get(address)?.name ?? null,
  };
  const clientGroups = new ClientGroups({ groups, directory });
  const groupOf = (client: Client) => clientGroups.of(client).name;
  const find = (hostname: string, listener = "192.0.2.53:53") => groupOf(new Client(hostname, "udp", true, listener));
  const mark = (hostname: string) => clientGroups.markOf(new Client(hostname, "udp", true, "192.0.2.53:53"));
  const markOf = (client: Client) => clientGroups.markOf(client);
  return { known, directory, groupOf, find, mark, markOf };
}

Deno.test("ClientGroups goes by MAC address, else by the longest network, else by name, else by listener", () => {
  const { known, find } = setUp({
    mac: { macs: ["aa:bb:cc:dd:ee:ff"] },
    wide: { addresses: ["198.51.100.0/24"] },
    narrow: { addresses: ["198.51.100.128/25"] },
    name: { names: ["desk-1"] },
    listener: { listeners: ["192.0.2.53:53"] },
  });
  const client = "198.51.100.130";
  assertEquals(find("203.0.113.1", "192.0.2.54:53"), "default");
  assertEquals(find("203.0.113.1"), "listener");
  known.set("203.0.113.1", { name: "desk-1" });
  assertEquals(find("203.0.113.1"), "name");
  known.set(client, { name: "desk-1" });
  assertEquals(find(client), "narrow");
  assertEquals(find("198.51.100.1"), "wide");
  known.set(client, { name: "desk-1", mac: "aa:bb:cc:dd:ee:ff" });
  assertEquals(find(client), "mac");
  known.set(client, { name: "desk-1", mac: "00:00:00:00:00:00" });
  assertEquals(find(client), "narrow");
});

Deno.test("ClientGroups knows IPv4 clients that come as IPv6, and link-local ones on whatever link", () => {
  const { known, find } = setUp({ four: { addresses: ["192.0.2.0/24"] }, link: { macs: ["00:00:00:00:00:01"] } });
  known.set("fe80::1", { mac: "00:00:00:00:00:01" });
  assertEquals(["::ffff:192.0.2.7", "fe80::1%eth0"].map((hostname) => find(hostname)), ["four", "link"]);
});

Deno.test("ClientGroups takes the narrowest of the patterns that a name fits, whose * does not stand for a dot", () => {
  const { known, find } = setUp({
    all: { names: ["*"] },
    desks: { names: ["desk-*"] },
    one: { names: ["desk-1"] },
    far: { names: ["*.lyon.example", "a+b.*"] },
  });
  const groupOf = (name: string) => {
    known.set("192.0.2.1", { name });
    return find("192.0.2.1");
  };
  const names = [
    "desk-1",
    "desk-1.home.arpa",
    "desk-2.home.arpa",
    "phone",
    "pc.lyon.example",
    "a.pc.lyon.example",
    "a+b.example",
    "aab.example",
  ];
  assertEquals(names.map(groupOf), ["one", "one", "desks", "all", "far", "all", "far", "all"]);
});

Deno.test("ClientGroups looks for a client once, and anew when the directory knows more or the groups are others", () => {
  const { known, directory, groupOf } = setUp({ mac: { macs: ["00:00:00:00:00:01"] } });
  const client = new Client("192.0.2.1", "udp");
  for (let i = 0; i < 3; i++) assertEquals(groupOf(client), "default");
  assertEquals(directory.lookups, 1);
  known.set("192.0.2.1", { mac: "00:00:00:00:00:01" });
  assertEquals(groupOf(client), "default");
  directory.generation++;
  assertEquals(groupOf(client), "mac");
  assertEquals(setUp({ other: { addresses: ["192.0.2.0/24"] } }).groupOf(client), "other");
});

Deno.test("ClientGroups.markOf() says what a client is known by", () => {
  const { known, mark } = setUp({
    one: { macs: ["aa:bb:cc:dd:ee:ff"], addresses: ["198.51.100.0/24"], names: ["desk-*"] },
    two: { listeners: ["192.0.2.53:53"] },
  });
  known.set("203.0.113.1", { mac: "aa:bb:cc:dd:ee:ff" });
  known.set("203.0.113.2", { name: "desk-7.home.arpa" });
  assertEquals(["203.0.113.1", "198.51.100.9", "203.0.113.2", "203.0.113.3"].map(mark), [
    "MAC aa:bb:cc:dd:ee:ff",
    "network 198.51.100.0/24",
    "name desk-7.home.arpa, as desk-*",
    "listener 192.0.2.53:53",
  ]);
  assertEquals(setUp({}).mark("192.0.2.1"), null);
});

Deno.test("ClientGroups goes by what a client calls itself before all else, and by nothing where no group knows that", () => {
  const { known, groupOf, markOf } = setUp({
    laptop: { ids: ["laptop"] },
    mac: { macs: ["aa:bb:cc:dd:ee:ff"] },
    wide: { addresses: ["198.51.100.0/24"] },
  });
  known.set("203.0.113.1", { mac: "aa:bb:cc:dd:ee:ff" });
  const asking = (hostname: string, id: string | null) => new Client(hostname, "https", true, "https://[::]:443", id);
  assertEquals(groupOf(asking("203.0.113.1", "laptop")), "laptop");
  assertEquals(groupOf(asking("198.51.100.1", "laptop")), "laptop");
  assertEquals(groupOf(asking("203.0.113.1", "phone")), "mac");
  assertEquals(groupOf(asking("198.51.100.1", null)), "wide");
  assertEquals(markOf(asking("203.0.113.1", "laptop")), "id laptop");
});

/** Two groups, of which one is known by `marks`, with what is said of it. */
function usualOf(given: Partial<ClientGroup>, { marks = {}, hasRulesForAll = false }: {
  readonly marks?: Marks;
  readonly hasRulesForAll?: boolean;
} = {}) {
  const rulings = [1, 2].map((view) => ({ answeredBy: null, view } as Ruling));
  const groups = rulings.map((otherwise, number): [ClientGroup, GroupMarks] => {
    const group = { number, name: `${number}`, dropTypes: null, dropped: otherwise, otherwise, verdicts: NO_VERDICTS };
    const { addresses = ["192.0.2.0/24"], macs = [] } = number === 0 ? { addresses: [] } : marks;
    const others = { addresses: addresses.map(parseCidr), macs, names: [], ids: [], listeners: [] };
    return [{ ...group, ...(number === 0 ? {} : given) }, others];
  });
  const directory = { generation: 0, mac: "", macOf: () => directory.mac, nameOf: () => null };
  const clientGroups = new ClientGroups({ groups, directory, hasRulesForAll });
  const client = new Client("192.0.2.1", "udp");
  return { clientGroups, directory, view: () => clientGroups.usualFor(client)?.view ?? null };
}

Deno.test("ClientGroups.usualFor() tells who is asked for names that nobody says anything of, where nothing else matters", () => {
  const blocked = { ...NO_VERDICTS, table: Uint8Array.of(3) };
  const answered = { answeredBy: {}, view: 7 } as Ruling;
  assertEquals(usualOf({}).view(), 2);
  assertEquals(usualOf({}, { hasRulesForAll: true }).view(), null);
  assertEquals(usualOf({ dropTypes: [28] }).view(), null);
  assertEquals(usualOf({ verdicts: blocked }).view(), null);
  assertEquals(usualOf({ otherwise: answered }).view(), null);
});

Deno.test("ClientGroups.usualFor() looks anew when other verdicts are in force, or the directory knows more", () => {
  const table = Uint8Array.of(0);
  const { clientGroups, view } = usualOf({ verdicts: { ...NO_VERDICTS, table } });
  assertEquals(view(), 2);
  table[0] = 3;
  clientGroups.forgetUsual();
  assertEquals(view(), null);
  const byMac = usualOf({}, { marks: { addresses: [], macs: ["00:00:00:00:00:01"] } });
  assertEquals(byMac.view(), 1);
  byMac.directory.mac = "00:00:00:00:00:01";
  byMac.directory.generation++;
  assertEquals(byMac.view(), 2);
});
