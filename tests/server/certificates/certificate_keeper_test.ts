import { assertEquals, assertRejects } from "@std/assert";
import { Log } from "../../../lib/observe/log.ts";
import { CertificateError, CertificateKeeper } from "../../../lib/server/certificates/certificate_keeper.ts";
import type { CertificatePaths } from "../../../lib/server/certificates/certificate_state.ts";
import type { TlsMaterial } from "../../../lib/server/certificates/tls_material.ts";
import {
  type CertificateWish,
  type MadeCertificate,
  makeCertificate,
} from "../../../lib/system/certificates/make_certificate.ts";
import { publicKeyOf } from "../../../lib/system/certificates/public_key.ts";
import { FakeFiles } from "../../support/fake_files.ts";
import { FakeTime } from "../../support/fake_time.ts";

const NOW_S = Date.UTC(2026, 10, 30, 12) / 1000;
const DAY_S = 86_400;
const HOUR_MS = 3_600_000;
const WANTED: CertificatePaths = { certificates: ["/tls"], keys: [], authorities: [] };

function made(fields: Partial<CertificateWish> = {}): Promise<MadeCertificate> {
  return makeCertificate({
    names: ["dns.example.org"],
    addresses: [],
    validFromS: NOW_S - DAY_S,
    validToS: NOW_S + 90 * DAY_S,
    ...fields,
  });
}

/** A keeper over files that are there, `put` puts a certificate and its key under a name. */
function setUp() {
  const files = new FakeFiles();
  const time = new FakeTime();
  const lines: string[] = [];
  const shown: TlsMaterial[] = [];
  const wallClock = { epochSeconds: () => NOW_S + Math.floor(time.nowMs() / 1000) };
  const keeper = new CertificateKeeper({
    files,
    absolutePath: (path) => path,
    publicKeyOf,
    clock: time,
    timers: time,
    wallClock,
    log: new Log({ level: "info", writeLine: (line) => void lines.push(line.replace("dns-forwarder: ", "")) }),
    onChange: (material) => void shown.push(material),
  });
  const put = (name: string, { certificate, key }: MadeCertificate) => {
    files.write(`/tls/${name}.pem`, certificate);
    files.write(`/tls/${name}.key`, key);
  };
  /** What has been said since the last call. */
  const said = () => lines.splice(0);
  return { files, time, keeper, shown, said, put };
}

Deno.test("CertificateKeeper reads a folder, shows what it finds, and says until when it holds", async () => {
  const { keeper, said, put } = setUp();
  const [one, two] = [await made(), await made({ names: ["other.example.org"], addresses: ["192.0.2.1"] })];
  put("a", one);
  put("b", two);
  const { material, follow } = await keeper.read(WANTED);
  assertEquals(material.identities.map(({ key }) => key), [one.key, two.key]);
  assertEquals(said(), []);
  follow();
  assertEquals(said(), [
    "certificate /tls/a.pem: for dns.example.org, holds until 2027-02-28 12:00 UTC",
    "certificate /tls/b.pem: for other.example.org, 192.0.2.1, holds until 2027-02-28 12:00 UTC",
    "warn: /tls/a.key: every user of this machine may read this key",
    "warn: /tls/b.key: every user of this machine may read this key",
  ]);
  assertEquals(keeper.lines, [
    "certificate /tls/a.pem: for dns.example.org, until 2027-02-28 12:00 UTC",
    "certificate /tls/b.pem: for other.example.org, 192.0.2.1, until 2027-02-28 12:00 UTC",
  ]);
  keeper.stop();
});

Deno.test("CertificateKeeper refuses what cannot be used at the start, and says why", async () => {
  const { keeper, files, put } = setUp();
  const refused = (wanted: Partial<CertificatePaths>, why: string) => {
    return assertRejects(() => keeper.read({ ...WANTED, ...wanted }), CertificateError, why);
  };
  await refused({}, "/tls: cannot be read: there is no such file");
  const [one, two] = [await made(), await made()];
  files.write("/tls/a.pem", one.certificate);
  await refused({}, "/tls: there is no certificate with its key");
  await refused({ certificates: ["/tls/a.pem"] }, "/tls/a.pem: there is no key for it");
  files.write("/b.key", two.key);
  await refused(
    { certificates: ["/tls/a.pem"], keys: ["/b.key"] },
    "/tls/a.pem: there is no key for it: what is in /b.key belongs to another certificate",
  );
  files.write("/text", "hello");
  await refused({ certificates: ["/text"] }, "/text: there is neither a certificate nor a key in it (PEM)");
  const broken = one.certificate.replace(/\n[A-Za-z0-9+/]{10}/, "\nAAAAAAAAAA");
  files.write("/broken.pem", broken + one.key);
  await refused({ certificates: ["/broken.pem"] }, "/broken.pem: its certificate cannot be read: ");
  files.write("/odd.key", one.key.replace(/\n[A-Za-z0-9+/]{10}/, "\nAAAAAAAAAA"));
  await refused({ certificates: ["/tls/a.pem"], keys: ["/odd.key"] }, "/odd.key: its key cannot be read");
  files.write("/locked.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
  await refused({ certificates: ["/tls/a.pem"], keys: ["/locked.key"] }, "/locked.key: its key has a password");
  put("a", one);
  await refused({ authorities: ["/ca.pem"] }, "/ca.pem: cannot be read: there is no such file");
  files.write("/ca.pem", one.key);
  await refused({ authorities: ["/ca.pem"] }, "/ca.pem: there is no certificate in it (PEM)");
  files.write("/ca.pem", one.certificate);
  const { material } = await keeper.read({ ...WANTED, authorities: ["/ca.pem"] });
  assertEquals(material.authorities, { "/ca.pem": one.certificate });
});

Deno.test("CertificateKeeper finds what belongs together, and takes the longest chain of several for one key", async () => {
  const { keeper, files } = setUp();
  const authority = await made({ names: [], subject: "Authority", isAuthority: true });
  const one = await makeCertificate(
    { names: ["dns.example.org"], addresses: [], validFromS: NOW_S, validToS: NOW_S + DAY_S },
    authority,
  );
  // As certbot has them.
  files.write("/live/cert.pem", one.certificate);
  files.write("/live/chain.pem", authority.certificate);
  files.write("/live/fullchain.pem", one.certificate + authority.certificate);
  files.write("/live/privkey.pem", one.key);
  files.write("/live/README", "no certificate");
  const two = await made();
  files.write("/two.pem", two.certificate);
  files.write("/two.key", two.key);
  // In one file, as haproxy has them.
  const three = await made();
  files.write("/three.pem", three.key + three.certificate);
  const { material } = await keeper.read({
    certificates: ["/two.pem", "/live/", "/three.pem"],
    keys: ["/two.key"],
    authorities: [],
  });
  assertEquals(material.identities, [
    { certificate: two.certificate, key: two.key },
    { certificate: one.certificate + authority.certificate, key: one.key },
    { certificate: three.certificate, key: three.key },
  ]);
});

Deno.test("CertificateKeeper shows what has been replaced within three seconds, once", async () => {
  const { keeper, time, shown, said, put } = setUp();
  const [one, two] = [await made(), await made({ validToS: NOW_S + 180 * DAY_S })];
  put("a", one);
  (await keeper.read(WANTED)).follow();
  await time.passAndSettle(5000);
  said();
  put("a", two);
  await time.passAndSettle(3000);
  assertEquals(shown.map(({ identities }) => identities.map(({ key }) => key)), [[two.key]]);
  assertEquals(said(), [
    "certificate /tls/a.pem: for dns.example.org, holds until 2027-05-29 12:00 UTC, the former one until 2027-02-28 12:00 UTC",
  ]);
  await time.passAndSettle(10_000);
  assertEquals([shown.length, said()], [1, []]);
  keeper.stop();
});

Deno.test("CertificateKeeper keeps a good one where the other cannot be used, says so each hour, and when that is over", async () => {
  const { keeper, files, time, shown, said, put } = setUp();
  const [one, two] = [await made(), await made()];
  put("a", one);
  (await keeper.read(WANTED)).follow();
  await time.passAndSettle(5000);
  said();
  const still = "the former one is still used";
  const troubles: [() => void, string][] = [
    // Half of the pair.
    [() => files.write("/tls/a.pem", two.certificate), "/tls/a.pem: there is no key for it"],
    [() => files.write("/tls/a.pem", "nothing"), "/tls/a.pem: it has gone, and there is no other one"],
    [() => files.write("/tls/a.pem", null), "/tls/a.pem: cannot be read: the operating system forbids it"],
  ];
  for (const [happen, text] of troubles) {
    happen();
    await time.passAndSettle(3000);
    assertEquals(said(), [`error: certificate ${text}; ${still}`]);
    await time.passAndSettle(HOUR_MS);
    assertEquals(said(), [`error: certificate ${text}; ${still}`]);
    put("a", one);
    await time.passAndSettle(3000);
    assertEquals(said(), ["certificates can be used again"]);
  }
  const expired = await made({ validToS: NOW_S - 1 });
  put("a", expired);
  await time.passAndSettle(3000);
  const reason = "what is there now has expired on 2026-11-30 11:59 UTC";
  assertEquals(said(), [`error: certificate /tls/a.pem: ${reason}; ${still}`]);
  assertEquals(keeper.lines, [`certificate /tls/a.pem: for dns.example.org, until 2027-02-28 12:00 UTC; ${reason}`]);
  assertEquals(shown, []);
  keeper.stop();
});

Deno.test("CertificateKeeper rejects another configuration whose certificates cannot be used, and keeps the former ones of the same", async () => {
  const { keeper, files, put, shown } = setUp();
  const one = await made();
  put("a", one);
  (await keeper.read(WANTED)).follow();
  await assertRejects(() => keeper.read({ ...WANTED, certificates: ["/tls", "/more"] }), CertificateError, "/more: ");
  files.write("/tls/a.pem", "nothing");
  assertEquals((await keeper.read(WANTED)).material.identities.map(({ key }) => key), [one.key]);
  assertEquals(shown, []);
  keeper.stop();
});

Deno.test("CertificateKeeper warns 14 days before a certificate ends, three days before each day, and when it has ended", async () => {
  const { keeper, time, said, put } = setUp();
  put("a", await made({ validToS: NOW_S + 15 * DAY_S }));
  (await keeper.read(WANTED)).follow();
  await time.passAndSettle(5000);
  said();
  const told: string[] = [];
  for (let hour = 1; hour <= 17 * 24; hour++) {
    time.pass(HOUR_MS);
    told.push(...said().map((line) => `${Math.floor(hour / 24)}: ${line}`));
  }
  const end = "on 2026-12-15 12:00 UTC";
  assertEquals(told, [
    `1: warn: certificate /tls/a.pem ends in less than 14 days, ${end}`,
    `12: warn: certificate /tls/a.pem ends in 2 days, ${end}`,
    `13: warn: certificate /tls/a.pem ends in a day, ${end}`,
    `14: warn: certificate /tls/a.pem ends in less than a day, ${end}`,
    `15: warn: certificate /tls/a.pem has expired ${end}`,
  ]);
  assertEquals(keeper.status.map(({ trouble }) => trouble), [`has expired ${end}`]);
  keeper.stop();
});
