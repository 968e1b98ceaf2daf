import { assertEquals } from "@std/assert";
import { MIB } from "../../lib/base/units.ts";
import { QUIET_MS } from "../../lib/base/settled_version.ts";
import { LOOK_MS } from "../../lib/local/files/local_files.ts";
import { FLAG } from "../../lib/wire/header.ts";
import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { lines, opt, question } from "../support/messages.ts";
import { localNames, type PolicyFields, policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene, type SceneOptions } from "../support/scene.ts";

const UPSTREAMS: PolicyFields["upstreams"] = { default: ["203.0.113.53"], corp: ["203.0.113.54"] };

/** A scene with a policy, and what a client is told. */
function setUp(fields: Omit<PolicyFields, "upstreams">, options: SceneOptions = {}) {
  const policy = policyOf({ upstreams: UPSTREAMS, ...fields });
  const scene = new Scene({
    zones: [
      recordZone("www.example.org 300 IN A 192.0.2.1", "host.corp.example 300 IN A 192.0.2.10"),
      recordZone("host.corp.example 300 IN A 192.0.2.20"),
    ],
    ...options,
    config: { policy, ...options.config },
  });
  const message = async (text: string, from?: string, fields: Partial<Message> = {}) => {
    const client = scene.client(from);
    client.ask([question(text)], fields);
    await scene.pass(50);
    return client.reply.message;
  };
  /** Answers, or the RCODE and the zone that denies. */
  const ask = async (text: string, from?: string): Promise<readonly string[]> => {
    const { answers, rcode, authorities } = await message(text, from);
    if (answers.length > 0) return lines(answers);
    return [`${rcode === RCODE.NXDOMAIN ? "NXDOMAIN" : rcode} ${authorities.map(({ name }) => nameToText(name))}`];
  };
  const asked = () => scene.upstreams.map(({ queries }) => queries.length);
  return { scene, ask, message, asked };
}

const HOME: PolicyFields["local"] = {
  domain: "home.arpa",
  singleLabel: "local",
  addresses: { "nas": ["192.168.1.10"], "*.apps.home.arpa": "nas", "out": "www.example.org" },
};

Deno.test("[local_01] [local_07] local names are answered before memory and upstreams, with their addresses' names", async () => {
  const { ask, asked } = setUp({ local: HOME });
  assertEquals(await ask("nas A"), ["nas. 300 IN A 192.168.1.10"]);
  assertEquals(await ask("Nas.Home.Arpa A"), ["Nas.Home.Arpa. 300 IN A 192.168.1.10"]);
  assertEquals(await ask("x.apps.home.arpa A"), [
    "x.apps.home.arpa. 300 IN CNAME nas.home.arpa.",
    "nas.home.arpa. 300 IN A 192.168.1.10",
  ]);
  assertEquals(await ask("10.1.168.192.in-addr.arpa PTR"), ["10.1.168.192.in-addr.arpa. 300 IN PTR nas.home.arpa."]);
  assertEquals(await ask("unknown.home.arpa A"), ["NXDOMAIN home.arpa."]);
  assertEquals(await ask("9.1.168.192.in-addr.arpa PTR"), ["NXDOMAIN 168.192.in-addr.arpa."]);
  assertEquals(asked(), [0, 0]);
});

Deno.test("[local_03] [special_02] a name of one label with a meaning of its own keeps it where unknown ones do not exist", async () => {
  const { ask, message, asked } = setUp({ local: HOME });
  assertEquals(await ask("localhost A"), ["localhost. 10800 IN A 127.0.0.1"]);
  assertEquals(await ask("LocalHost AAAA"), ["LocalHost. 10800 IN AAAA ::1"]);
  assertEquals(await ask("localhost MX"), [`${RCODE.NOERROR} localhost.`]);
  const { authorities } = await message("onion A");
  // Its SOA record, not that of a name that is unknown.
  assertEquals(authorities.map(({ ttl }) => ttl), [10_800]);
  assertEquals(await ask("unknown A"), ["NXDOMAIN unknown."]);
  assertEquals(asked(), [0, 0]);
});

Deno.test("[local_12] inside a special zone a name above a known one exists, and has no data", async () => {
  const local: PolicyFields["local"] = {
    addresses: { "nas.lan.home.arpa": ["192.168.1.10"], "web.lan.internal": ["fd12:3456::1"] },
  };
  const { ask, message, asked } = setUp({ local });
  assertEquals(await ask("lan.home.arpa A"), ["0 home.arpa."]);
  assertEquals(await ask("LAN.Internal TXT"), ["0 internal."]);
  assertEquals(await ask("internal A"), ["0 internal."]);
  assertEquals(
    (await message("lan.internal A", undefined, { additionals: [opt({ wantsDnssec: true })] })).rcode,
    RCODE.NOERROR,
  );
  assertEquals(await ask("other.home.arpa A"), ["NXDOMAIN home.arpa."]);
  assertEquals(await ask("below.nas.lan.home.arpa A"), ["NXDOMAIN home.arpa."]);
  // The reverse tree has a name for each known address.
  assertEquals(await ask("1.168.192.in-addr.arpa PTR"), ["0 168.192.in-addr.arpa."]);
  assertEquals(await ask("2.168.192.in-addr.arpa PTR"), ["NXDOMAIN 168.192.in-addr.arpa."]);
  assertEquals(await ask("6.5.4.3.2.1.d.f.ip6.arpa PTR"), ["0 d.f.ip6.arpa."]);
  assertEquals(await ask("7.5.4.3.2.1.d.f.ip6.arpa PTR"), ["NXDOMAIN d.f.ip6.arpa."]);
  assertEquals(asked(), [0, 0]);
});

Deno.test("[local_12] what is above a known name is seen by whoever sees that name", async () => {
  const kids = { addresses: ["203.0.113.7"], local: localNames({ "toy.play.home.arpa": ["192.168.2.1"] }) };
  const { ask } = setUp({ clients: { kids }, local: { addresses: { "toy.room.home.arpa": ["192.168.3.1"] } } });
  assertEquals(await ask("play.home.arpa A", "203.0.113.7"), ["0 home.arpa."]);
  assertEquals(await ask("play.home.arpa A"), ["NXDOMAIN home.arpa."]);
  assertEquals(await ask("2.168.192.in-addr.arpa PTR", "203.0.113.7"), ["0 168.192.in-addr.arpa."]);
  assertEquals(await ask("2.168.192.in-addr.arpa PTR"), ["NXDOMAIN 168.192.in-addr.arpa."]);
  assertEquals(await ask("room.home.arpa A", "203.0.113.7"), ["0 home.arpa."]);
});

Deno.test("[local_03] where special names are forwarded, those of one label are, too", async () => {
  const options = { config: { answersSpecialNames: false }, zones: [recordZone("localhost 300 IN A 127.0.0.9")] };
  const { ask, asked } = setUp({ local: HOME }, options);
  assertEquals(await ask("LOCALHOST A"), ["LOCALHOST. 300 IN A 127.0.0.9"]);
  assertEquals(await ask("unknown A"), ["NXDOMAIN unknown."]);
  assertEquals(asked(), [1]);
});

Deno.test("[local_03] a special name of one label that is known or routed is what it is said to be", async () => {
  const local = { ...HOME, addresses: { localhost: ["192.168.1.9"] } };
  const { ask, asked } = setUp({ local, routes: [{ domains: ["test"], to: "corp" }] });
  assertEquals(await ask("localhost A"), ["localhost. 300 IN A 192.168.1.9"]);
  await ask("test A");
  assertEquals(asked().map((count) => count > 0), [false, true]);
});

Deno.test("[local_04] an alias to a name outside brings that name's answer, from memory the next time", async () => {
  const { ask, asked } = setUp({ local: HOME }, { config: { cacheSizeMib: 1 } });
  const answer = ["out.home.arpa. 300 IN CNAME www.example.org.", "www.example.org. 300 IN A 192.0.2.1"];
  assertEquals(await ask("out.home.arpa A"), answer);
  assertEquals(await ask("out.home.arpa A"), answer);
  assertEquals(asked(), [1, 0]);
});

Deno.test("[local_04] an alias to a name that is routed brings the answer of whoever is asked for it", async () => {
  const local = { ...HOME, addresses: { corp: "host.corp.example" } };
  const { ask, asked } = setUp({ local, routes: [{ domains: ["corp.example"], to: "corp" }] });
  assertEquals(await ask("corp.home.arpa A"), [
    "corp.home.arpa. 300 IN CNAME host.corp.example.",
    "host.corp.example. 300 IN A 192.0.2.20",
  ]);
  assertEquals(asked(), [0, 1]);
});

Deno.test("[local_02] a route at the local domain or below it is asked for what is not known here; one for all names is not", async () => {
  const local = { domain: "corp.example", addresses: { intranet: ["10.0.0.5"] } };
  const routed = setUp({ local, routes: [{ domains: ["corp.example"], to: "corp" }] });
  assertEquals(await routed.ask("host.corp.example A"), ["host.corp.example. 300 IN A 192.0.2.20"]);
  assertEquals(await routed.ask("intranet.corp.example A"), ["intranet.corp.example. 300 IN A 10.0.0.5"]);
  const forAll = setUp({ local, routes: [{ domains: ["."], to: "corp" }] });
  assertEquals(await forAll.ask("host.corp.example A"), ["NXDOMAIN corp.example."]);
  assertEquals(forAll.asked(), [0, 0]);
  const forMail = setUp({ local, routes: [{ domains: ["corp.example"], types: [TYPE.MX], to: "corp" }] });
  assertEquals(await forMail.ask("host.corp.example A"), ["NXDOMAIN corp.example."]);
  assertEquals(forMail.asked(), [0, 0]);
  await forMail.ask("host.corp.example MX");
  assertEquals(forMail.asked().map((count) => count > 0), [false, true]);
});

Deno.test("a local domain may be a special-use one, and names in others are answered, too", async () => {
  const { ask } = setUp({ local: { ...HOME, addresses: { "db.internal": ["10.0.0.1"] } } });
  assertEquals(await ask("db.internal A"), ["db.internal. 300 IN A 10.0.0.1"]);
  assertEquals(await ask("other.internal A"), ["NXDOMAIN internal."]);
  assertEquals(await ask("home.arpa SOA"), ["home.arpa. 300 IN SOA home.arpa. nobody.invalid. 1 3600 1200 604800 300"]);
});

Deno.test("[local_09] clients of a group see its own names, the others everybody's", async () => {
  const clients = { lab: { addresses: ["203.0.113.7/32"], local: localNames({ nas: ["10.9.9.9"] }) } };
  const { ask } = setUp({ local: HOME, clients });
  assertEquals(await ask("nas.home.arpa A", "203.0.113.7"), ["nas.home.arpa. 300 IN A 10.9.9.9"]);
  assertEquals(await ask("nas.home.arpa A"), ["nas.home.arpa. 300 IN A 192.168.1.10"]);
  assertEquals(await ask("9.9.9.10.in-addr.arpa PTR", "203.0.113.7"), [
    "9.9.9.10.in-addr.arpa. 300 IN PTR nas.home.arpa.",
  ]);
});

Deno.test("[local_05] local data are not authoritative and not authentic, whatever the client asks, and have no signatures", async () => {
  const { message } = setUp({ local: HOME });
  const { answers, isAuthoritative, isAuthenticData, additionals } = await message("nas.home.arpa A", undefined, {
    isAuthenticData: true,
    additionals: [opt({ wantsDnssec: true })],
  });
  assertEquals([lines(answers).length, isAuthoritative, isAuthenticData, additionals.length], [1, false, false, 1]);
});

Deno.test("more local addresses than fit into a datagram are cut, with TC", async () => {
  const many = Array.from({ length: 200 }, (_, i) => `10.0.0.${i}`);
  const { scene } = setUp({ local: { ...HOME, addresses: { many } } });
  const client = scene.client();
  client.ask([question("many.home.arpa A")]);
  const stream = await scene.streamClient();
  stream.ask([question("many.home.arpa A")]);
  await scene.pass(50);
  assertEquals([client.reply.octets.length <= 512, (uint16At(client.reply.octets, 2) & FLAG.TC) !== 0], [true, true]);
  assertEquals(stream.reply.message.answers.length, 200);
});

/** When a change has been seen, and is known to stay. */
const FOLLOWED_MS = LOOK_MS + QUIET_MS + 50;
const HOSTS = "/etc/hosts";
const LEASES = "/var/lib/misc/dnsmasq.leases";
const FILES = {
  "/etc/hostname": "here\n",
  [HOSTS]: "192.168.1.20 printer\n",
  [LEASES]: "0 aa:bb:cc:00:00:01 192.168.1.30 tablet *\n",
};
const WITH_FILES: PolicyFields["local"] = {
  ...HOME,
  hostsFiles: [HOSTS],
  leases: [{ file: LEASES, format: "auto", domain: null }],
};

Deno.test("names of hosts files and leases are known from the first query on, and follow their files", async () => {
  const { scene, ask } = setUp({ local: WITH_FILES }, { files: FILES });
  assertEquals(await ask("printer A"), ["printer. 300 IN A 192.168.1.20"]);
  assertEquals(await ask("tablet.home.arpa A"), ["tablet.home.arpa. 300 IN A 192.168.1.30"]);
  assertEquals(await ask("30.1.168.192.in-addr.arpa PTR"), ["30.1.168.192.in-addr.arpa. 300 IN PTR tablet.home.arpa."]);
  scene.world.files.write(HOSTS, "192.168.1.21 printer\n192.168.1.22 scanner\n");
  await scene.pass(FOLLOWED_MS);
  assertEquals(await ask("printer A"), ["printer. 300 IN A 192.168.1.21"]);
  assertEquals(await ask("scanner A"), ["scanner. 300 IN A 192.168.1.22"]);
  assertEquals(await ask("20.1.168.192.in-addr.arpa PTR"), ["NXDOMAIN 168.192.in-addr.arpa."]);
});

Deno.test("[local_10] a file that cannot be read any more leaves what it said, and one line", async () => {
  const { scene, ask } = setUp({ local: WITH_FILES }, { files: FILES });
  const { files, lines } = scene.world;
  const changes: (() => void)[] = [
    () => files.remove(HOSTS),
    () => files.write(HOSTS, { kind: "folder" }),
    () => files.write(HOSTS, { kind: "other" }),
    () => files.write(HOSTS, null),
    () => (files.claimedOctets.set(HOSTS, 2048 * MIB), files.write(HOSTS, "")),
  ];
  lines.length = 0;
  for (const change of changes) {
    change();
    await scene.pass(FOLLOWED_MS);
    files.write(HOSTS, files.texts.get(HOSTS) ?? null);
    await scene.pass(FOLLOWED_MS);
    assertEquals(await ask("printer A"), ["printer. 300 IN A 192.168.1.20"]);
  }
  const why = (reason: string) => {
    return `dns-forwarder: warn: hosts file /etc/hosts cannot be read, what it said before holds on: ${reason}`;
  };
  assertEquals(lines, [
    why("there is no such file"),
    why("the operating system forbids it"),
    why("it is a folder"),
    why("it is no ordinary file"),
    why("the operating system forbids it"),
    why("it has 2147483648 octets, 67108864 at most are read"),
  ]);
});

Deno.test("[local_08] a lease that has ended answers no more, and one that ends soon has a TTL to match", async () => {
  const endSeconds = 1_735_689_600 + 100;
  const files = { ...FILES, [LEASES]: `${endSeconds} aa:bb:cc:00:00:01 192.168.1.30 tablet *\n` };
  const { scene, ask } = setUp({ local: WITH_FILES }, { files });
  assertEquals(await ask("tablet.home.arpa A"), ["tablet.home.arpa. 99 IN A 192.168.1.30"]);
  await scene.pass(100_000);
  assertEquals(await ask("tablet.home.arpa A"), ["NXDOMAIN home.arpa."]);
  assertEquals(await ask("30.1.168.192.in-addr.arpa PTR"), ["NXDOMAIN 168.192.in-addr.arpa."]);
});

Deno.test("a reload reads no file that is known already, and what nobody follows is known no more", async () => {
  const { scene, ask } = setUp({ local: WITH_FILES }, { files: FILES });
  await scene.pass(0);
  const reads = scene.world.files.reads.length;
  const policy = policyOf({ upstreams: UPSTREAMS, local: { ...WITH_FILES, addresses: { nas: ["192.168.1.11"] } } });
  scene.app.use({ ...scene.config, policy });
  await scene.pass(0);
  assertEquals(scene.world.files.reads.length, reads);
  assertEquals(await ask("nas A"), ["nas. 300 IN A 192.168.1.11"]);
  assertEquals(await ask("printer A"), ["printer. 300 IN A 192.168.1.20"]);
  scene.app.use({ ...scene.config, policy: policyOf({ upstreams: UPSTREAMS, local: HOME }) });
  await scene.pass(0);
  assertEquals(await ask("printer A"), ["NXDOMAIN printer."]);
});

Deno.test("a client is in the group of its MAC address, by leases or the table of neighbours, and of its name", async () => {
  const clients = {
    kids: { macs: ["aa:bb:cc:00:00:01"], local: localNames({ who: ["10.0.0.1"] }) },
    guests: { names: ["guest-*"], local: localNames({ who: ["10.0.0.2"] }) },
  };
  const files = {
    ...FILES,
    [LEASES]: "0 aa:bb:cc:00:00:01 198.51.100.7 tablet *\n0 aa:bb:cc:00:00:02 203.0.113.7 Guest-Phone *\n",
  };
  const { scene, ask } = setUp({ local: WITH_FILES, clients }, { files });
  assertEquals(await ask("who A"), ["who. 300 IN A 10.0.0.1"]);
  assertEquals(await ask("who A", "203.0.113.7"), ["who. 300 IN A 10.0.0.2"]);
  scene.world.files.write(LEASES, "0 aa:bb:cc:00:00:03 198.51.100.7 guest-1 *\n");
  await scene.pass(FOLLOWED_MS);
  assertEquals(await ask("who A"), ["who. 300 IN A 10.0.0.2"]);
  assertEquals(await ask("who A", "203.0.113.7"), ["NXDOMAIN who."]);
  scene.world.files.write(
    "/proc/net/arp",
    "IP address       HW type     Flags       HW address            Mask     Device\n" +
      "203.0.113.7      0x1         0x2         aa:bb:cc:00:00:01     *        eth0\n",
  );
  await scene.pass(5000);
  assertEquals(await ask("who A", "203.0.113.7"), ["who. 300 IN A 10.0.0.1"]);
});

Deno.test("a program that stops leaves no timer", async () => {
  const clients = { kids: { macs: ["aa:bb:cc:00:00:01"] } };
  const { scene } = setUp({ local: WITH_FILES, clients }, { files: FILES });
  await scene.pass(100);
  await scene.app.stop();
  assertEquals(scene.world.time.timerCount, 0);
});

Deno.test("while ten thousand routes are made ready, others have their turns; and they are followed", async () => {
  const { scene, ask } = setUp({});
  const routes = Array.from({ length: 10_000 }, (_, i) => ({ domains: [`zone${i}.example`], to: "corp" }));
  const policy = policyOf({ upstreams: UPSTREAMS, routes: [...routes, { domains: ["corp.example"], to: "corp" }] });
  let turns = 0;
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const preparing = scene.app.prepareInSteps({ ...scene.config, policy }).finally(resolve);
  const takeTurns = () => {
    turns++;
    cancel = scene.world.time.start(0, takeTurns);
  };
  let cancel = scene.world.time.start(0, takeTurns);
  void ready.then(() => cancel());
  await scene.pass(100);
  assertEquals(turns > 50, true);
  assertEquals(await ask("host.corp.example A"), ["host.corp.example. 300 IN A 192.0.2.10"]);
  (await preparing).commit();
  assertEquals(await ask("host.corp.example A"), ["host.corp.example. 300 IN A 192.0.2.20"]);
});

Deno.test("while a large new file is read for a reload, others have their turns; afterwards it is known at once", async () => {
  const { scene, ask } = setUp({ local: WITH_FILES }, { files: FILES });
  const lines = Array.from({ length: 30_000 }, (_, i) => `10.0.${i >> 8}.${i & 255} host${i}.example\n`);
  scene.world.files.write("/etc/more", lines.join(""));
  const local = { ...WITH_FILES, hostsFiles: [HOSTS, "/etc/more"] };
  const config = { ...scene.config, policy: policyOf({ upstreams: UPSTREAMS, local }) };
  let isReady = false;
  const preparing = scene.app.prepareInSteps(config).finally(() => isReady = true);
  let turnsOfOthers = 0;
  const takeTurns = () => {
    if (isReady) return;
    turnsOfOthers++;
    scene.world.time.start(0, takeTurns);
  };
  takeTurns();
  await scene.pass(100);
  assertEquals([isReady, turnsOfOthers > 20], [true, true]);
  assertEquals(await ask("host29999.example A"), ["NXDOMAIN "]);
  (await preparing).commit();
  const next = scene.client();
  next.ask([question("host29999.example A")]);
  await scene.pass(0);
  assertEquals(next.reply.message.answers.length, 1);
  // Given up, it leaves nothing behind.
  const timers = scene.world.time.timerCount;
  const other = {
    ...config,
    policy: policyOf({ upstreams: UPSTREAMS, local: { ...local, hostsFiles: ["/etc/more-yet"] } }),
  };
  const late = scene.app.prepareInSteps(other);
  await scene.pass(100);
  (await late).abort();
  assertEquals(scene.world.time.timerCount, timers);
});

Deno.test("a configuration that is made ready and given up takes no files from the one that holds, and keeps none", async () => {
  const clients = { kids: { macs: ["aa:bb:cc:00:00:01"] } };
  const { scene, ask } = setUp({ local: WITH_FILES }, { files: FILES });
  const timers = scene.world.time.timerCount;
  for (let i = 0; i < 100; i++) {
    const local = { ...WITH_FILES, hostsFiles: [HOSTS, `/etc/hosts-${i}`] };
    scene.app.prepare({ ...scene.config, policy: policyOf({ upstreams: UPSTREAMS, local, clients }) }).abort();
  }
  assertEquals(scene.world.time.timerCount, timers);
  scene.world.files.write(HOSTS, "192.168.1.21 printer\n");
  await scene.pass(FOLLOWED_MS);
  assertEquals(await ask("printer A"), ["printer. 300 IN A 192.168.1.21"]);
  await scene.app.stop();
  assertEquals(scene.world.time.timerCount, 0);
});
