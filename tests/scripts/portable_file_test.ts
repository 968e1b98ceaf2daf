// The shell script that a portable file begins with, in bad situations. Instead of Deno it carries a small script, so that
// each start takes milliseconds.

import { SUB_COMMANDS } from "../../lib/config/flags/commands.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { writePortableFile } from "../../scripts/build/portable_file.ts";
import { TARGETS } from "../../scripts/build/targets.ts";
import { CAN_RUN, ChildProgram, type Ending, outputOf } from "../end_to_end/child_program.ts";

const CAN_TRY = CAN_RUN && Deno.build.os !== "windows";
/** Says with which process ID and arguments it was started. */
const ECHO = '#!/bin/sh\n[ "$1" = --version ] && exit 0\nprintf "%s\\n" "$$" "$@"\nexit 0\n';
const ADVICE =
  /; set DNS_FORWARDER_CACHE to a folder of yours that can be written and executed from, and that others cannot write to$/;

function testWithProcesses(name: string, fn: (place: Place) => Promise<void>, ignore = !CAN_TRY): void {
  Deno.test({
    name: `portable file: ${name} (needs --allow-run)`,
    ignore,
    async fn() {
      await using place = await Place.make();
      await fn(place);
    },
  });
}

/** A folder with a portable file and the caches that it unpacks into. */
class Place implements AsyncDisposable {
  readonly folder: string;
  /** The portable file. */
  readonly file: string;
  /** Where it unpacks unless told otherwise. */
  readonly cache: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.file = `${folder}/dns forwarder`;
    this.cache = `${folder}/cache`;
  }

  static async make(): Promise<Place> {
    const place = new Place(await Deno.makeTempDir({ prefix: "dns forwarder " }));
    await Deno.writeTextFile(`${place.folder}/program`, "the program\n");
    // More than a file system of 16 KiB can hold.
    const ballast = crypto.getRandomValues(new Uint8Array(60_000));
    await Deno.writeFile(`${place.folder}/deno`, new Blob([ECHO, ballast]).stream());
    await writePortableFile({
      bundleFile: `${place.folder}/program`,
      denoFile: `${place.folder}/deno`,
      target: TARGETS[0]!,
      runFlags: ["--no-prompt", "--allow-net"],
      fileRunFlags: ["--no-prompt", "--allow-net", "--allow-env=DNSF_*"],
      output: place.file,
    });
    return place;
  }

  /** Starts the file, with these variables besides PATH. */
  start(env: Readonly<Record<string, string>> = { DNS_FORWARDER_CACHE: this.cache }, ...args: string[]): ChildProgram {
    return new ChildProgram([this.file, ...args], { PATH: Deno.env.get("PATH")!, ...env });
  }

  /** Runs the file to its end. */
  async run(env?: Readonly<Record<string, string>>, ...args: string[]): Promise<Ending> {
    await using child = this.start(env, ...args);
    return await child.end();
  }

  /** A folder for PATH in whose `gzip` this happens first; `$n` counts the calls from 1. */
  async pathWithGzip(script: string): Promise<string> {
    const folder = `${this.folder}/bin`;
    await Deno.mkdir(folder);
    const gzip = (await outputOf("sh", "-c", "command -v gzip")).trim();
    const count = `echo >>'${this.folder}/calls'; n=$(wc -l <'${this.folder}/calls' | tr -d ' ')`;
    await Deno.writeTextFile(`${folder}/gzip`, `#!/bin/sh\n${count}\n${script}\nexec ${gzip} "$@"\n`, { mode: 0o755 });
    return `${folder}:${Deno.env.get("PATH")}`;
  }

  /** The names in the cache. */
  cached(folder: string = this.cache): string[] {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

testWithProcesses("hands its arguments on, in the same process, at the first start and later", async (place) => {
  for (const _start of ["first", "later"]) {
    await using child = place.start(undefined, "--resolver", "a b", "", "*");
    const { exitCode, stdout, lines } = await child.end();
    const [content] = place.cached();
    const flags = ["run", "--no-prompt", "--allow-net", `${place.cache}/${content}/dns-forwarder.mjs`];
    assertEquals({ exitCode, lines }, { exitCode: 0, lines: [] });
    assertEquals(stdout.split("\n"), [`${child.pid}`, ...flags, "--resolver", "a b", "", "*", ""]);
  }
});

// What is said to the running program goes by a socket in the file system.
const WITH_FILES: readonly (readonly string[])[] = [
  ["--config", "a.toml"],
  ["--config=a.toml", "--resolver", "b"],
  ["check-config", "a.toml"],
  ["--resolver", "192.0.2.1", "--certificate", "/tls"],
  ["--certificate=/tls", "--resolver", "192.0.2.1"],
  ["--resolver", "tls://192.0.2.1?ca=/ca.pem"],
  ["self-signed", "dns.example"],
  ["import", "dnsmasq", "a.conf"],
  ...SUB_COMMANDS.map(({ name }) => [name]).filter(([name]) => !["check", "probe", "print-schema"].includes(name!)),
];

testWithProcesses("lets the program read files where its settings come from one, and not otherwise", async (place) => {
  for (const args of WITH_FILES) {
    const { stdout } = await place.run(undefined, ...args);
    assertEquals(stdout.split("\n").slice(2, 5), ["--no-prompt", "--allow-net", "--allow-env=DNSF_*"], args.join(" "));
  }
  const { stdout } = await place.run(undefined, "--resolver", "a.toml");
  assertEquals(stdout.includes("--allow-env"), false);
});

testWithProcesses("unpacks what was packed, under a hash, and leaves nothing else", async (place) => {
  await place.run();
  const [content, ...others] = place.cached();
  assertMatch(content!, /^[0-9a-f]{64}$/);
  assertEquals(others, []);
  assertEquals(place.cached(`${place.cache}/${content}`), ["dns-forwarder", "dns-forwarder.mjs"]);
  assertEquals(await Deno.readTextFile(`${place.cache}/${content}/dns-forwarder.mjs`), "the program\n");
  const original = await Deno.readFile(`${place.folder}/deno`);
  assertEquals(await Deno.readFile(`${place.cache}/${content}/dns-forwarder`), original);
});

testWithProcesses("unpacks into DNS_FORWARDER_CACHE, else XDG_CACHE_HOME, else HOME", async (place) => {
  const HOME = `${place.folder}/home`;
  await place.run({ HOME });
  assertEquals(place.cached(`${HOME}/.cache/dns-forwarder`).length, 1);
  const XDG_CACHE_HOME = `${place.folder}/xdg`;
  await place.run({ HOME, XDG_CACHE_HOME });
  assertEquals(place.cached(`${XDG_CACHE_HOME}/dns-forwarder`).length, 1);
  await place.run({ HOME, XDG_CACHE_HOME, DNS_FORWARDER_CACHE: place.cache });
  assertEquals(place.cached().length, 1);
});

testWithProcesses("where no folder can be made it ends with 1 and says which variable helps", async (place) => {
  const { exitCode, stdout, lines } = await place.run({ DNS_FORWARDER_CACHE: "/dev/null/cache" });
  assertEquals({ exitCode, stdout, count: lines.length }, { exitCode: 1, stdout: "", count: 1 });
  assertMatch(lines.at(-1)!, /^dns-forwarder: Cannot unpack into \/dev\/null\/cache: it cannot be made;/);
  assertMatch(lines.at(-1)!, ADVICE);
});

/** What goes before a command so that a file system of its own is mounted on a folder; `null` where this cannot be had. */
async function mounting(): Promise<((options: string, folder: string) => string[]) | null> {
  if (!CAN_TRY || Deno.build.os !== "linux") return null;
  const prefix = (mount: string, folder: string) => {
    return ["unshare", "-rm", "sh", "-c", `mount ${mount} "$0" && exec "$@"`, folder];
  };
  const works = await outputOf("sh", "-c", `${prefix("-t tmpfs tmpfs", "/mnt").map(quoted).join(" ")} echo yes`);
  return works.trim() === "yes" ? prefix : null;
}

function quoted(word: string): string {
  return `'${word}'`;
}

const mounted = await mounting();

for (
  const [what, mount, message] of [
    ["read-only", "-t tmpfs -o ro,mode=755 tmpfs", "it cannot be written"],
    ["full", "-t tmpfs -o size=16k,mode=755 tmpfs", "it is full, or .* is damaged"],
    ["noexec", "-t tmpfs -o noexec,mode=755 tmpfs", "programs there may be forbidden \\(noexec\\)"],
  ] as const
) {
  testWithProcesses(
    `in a ${what} cache it ends with 1 and says which variable helps`,
    async (place) => {
      await Deno.mkdir(place.cache);
      const env = { PATH: Deno.env.get("PATH")!, DNS_FORWARDER_CACHE: place.cache };
      await using child = new ChildProgram([...mounted!(mount, place.cache), place.file], env);
      const { exitCode, stdout, lines } = await child.end();
      assertEquals({ exitCode, stdout }, { exitCode: 1, stdout: "" });
      assertMatch(lines.at(-1)!, new RegExp(`^dns-forwarder: Cannot .*: ${message}`));
      assertMatch(lines.at(-1)!, ADVICE);
    },
    mounted === null,
  );
}

/** Mounted on /var/cache and /tmp before the file starts, so that it finds nothing of this machine's. */
const EMPTY = "mount -t tmpfs tmpfs /var/cache && mount -t tmpfs tmpfs /tmp";

/** Starts the file with no variables but `env`, on a machine that `setup` (a script for sh) has prepared; it is in /mnt. */
async function runOnMachine(
  { folder }: Place,
  { setup, env = {}, args = [] }: { setup: string; env?: Readonly<Record<string, string>>; args?: readonly string[] },
): Promise<Ending> {
  const script = `mount --bind "$0" /mnt && ${EMPTY} && { ${setup}; } && exec env -i "$@" 2>&1`;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const command = ["unshare", "-rm", "sh", "-c", script, folder, ...variables, "/mnt/dns forwarder", ...args];
  await using child = new ChildProgram(command, { PATH: Deno.env.get("PATH")! });
  return await child.end();
}

const NOTHING = "true";
const READ_ONLY = (folder: string) => `mkdir -p ${folder} && mount -t tmpfs -o ro tmpfs ${folder}`;
const TRAP = "/tmp/dns-forwarder-0";
/** Only root can give a folder away. */
const IS_ROOT = CAN_TRY && (await outputOf("id", "-u")).trim() === "0";

for (
  const [what, setup, env, expected] of [
    ["without variables", NOTHING, {}, "/var/cache/dns-forwarder"],
    ["where HOME does not exist", NOTHING, { HOME: "/proc/nonexistent" }, "/var/cache/dns-forwarder"],
    ["where HOME is read-only", READ_ONLY("/mnt/home"), { HOME: "/mnt/home" }, "/var/cache/dns-forwarder"],
    [
      "where HOME is full",
      "mkdir /mnt/home && mount -t tmpfs -o size=16k tmpfs /mnt/home",
      { HOME: "/mnt/home" },
      "/var/cache/dns-forwarder",
    ],
    [
      "where HOME is noexec",
      "mkdir /mnt/home && mount -t tmpfs -o noexec tmpfs /mnt/home",
      { HOME: "/mnt/home" },
      "/var/cache/dns-forwarder",
    ],
    [
      "where others can write to what is in HOME",
      "mkdir -p /mnt/home/.cache/dns-forwarder && chmod 777 /mnt/home/.cache/dns-forwarder",
      { HOME: "/mnt/home" },
      "/var/cache/dns-forwarder",
    ],
    [
      "where others could put another folder in its place in HOME",
      "mkdir -p /mnt/home/.cache && chmod 777 /mnt/home/.cache",
      { HOME: "/mnt/home" },
      "/var/cache/dns-forwarder",
    ],
    ["where /var/cache is read-only as well", READ_ONLY("/var/cache"), { HOME: "/proc/nonexistent" }, TRAP],
    ["where it has unpacked into /tmp before", `${READ_ONLY("/var/cache")} && mkdir -m 700 ${TRAP}`, {}, TRAP],
  ] as const
) {
  testWithProcesses(
    `${what} it unpacks into ${expected}`,
    async (place) => {
      const { exitCode, stdout } = await runOnMachine(place, { setup, env });
      assertEquals(exitCode, 0, stdout);
      assertEquals(
        stdout.split("\n")[4]!.replace(/[0-9a-f]{64}/, "<content>"),
        `${expected}/<content>/dns-forwarder.mjs`,
      );
    },
    mounted === null,
  );
}

for (
  const [what, prepare, message, ignore] of [
    ["a symbolic link", `mkdir -m 700 /tmp/real && ln -s /tmp/real ${TRAP}`, "not a folder of its owner alone"],
    [
      "a folder that others can write to",
      `mkdir -m 777 ${TRAP} && chmod 777 ${TRAP}`,
      "not a folder of its owner alone",
    ],
    ["a folder that others can read", `mkdir -m 755 ${TRAP}`, "not a folder of its owner alone"],
    ["a file", `touch ${TRAP}`, "it cannot be made"],
    // The bind mount of a folder that belongs to another one than the user who runs all this.
    ["another user's folder", `mount --bind /mnt/other ${TRAP}`, "it belongs to somebody else", !IS_ROOT],
  ] as const
) {
  testWithProcesses(
    `${what} in its place in /tmp is refused; check ends with 3, for nobody has asked the server`,
    async (place) => {
      await Deno.mkdir(`${place.folder}/other`, { mode: 0o700 });
      if (ignore !== undefined) await Deno.chown(`${place.folder}/other`, 12_345, 12_345);
      const mountPoint = ignore !== undefined ? `mkdir ${TRAP} && ` : "";
      const setup = `${READ_ONLY("/var/cache")} && ${mountPoint}${prepare}`;
      for (const [args, expected] of [[["check", "127.0.0.1:53"], 3], [["--resolver", "192.0.2.1"], 1]] as const) {
        const { exitCode, stdout } = await runOnMachine(place, { setup, args });
        assertEquals(exitCode, expected, stdout);
        assertMatch(stdout, new RegExp(`^dns-forwarder: Cannot unpack into .*, ${TRAP}: .*${message}`));
        assertMatch(stdout.trimEnd(), ADVICE);
      }
    },
    mounted === null || ignore === true,
  );
}

testWithProcesses(
  "a DNS_FORWARDER_CACHE that others can write to is refused, and nothing else is tried",
  async (place) => {
    await Deno.mkdir(place.cache);
    await Deno.chmod(place.cache, 0o777);
    const env = { DNS_FORWARDER_CACHE: place.cache, HOME: place.folder };
    const { exitCode, stdout, lines } = await place.run(env, "check", "127.0.0.1:53");
    assertEquals({ exitCode, stdout, count: lines.length }, { exitCode: 3, stdout: "", count: 1 });
    assertMatch(lines[0]!, /^dns-forwarder: Cannot unpack into .*\/cache: others own it or can write to it;/);
    assertEquals(place.cached(), []);
  },
);

testWithProcesses(
  "what others could have put into the cache is not run, although the cache is closed now",
  async (place) => {
    await place.run();
    const [content] = place.cached();
    await Deno.chmod(`${place.cache}/${content}`, 0o777);
    const { exitCode, stdout, lines } = await place.run();
    assertEquals({ exitCode, stdout }, { exitCode: 1, stdout: "" });
    assertMatch(lines[0]!, /was made by somebody else;/);
  },
);

testWithProcesses(
  "what was unpacked before runs from a read-only file system",
  async (place) => {
    await place.run();
    const env = { PATH: Deno.env.get("PATH")!, DNS_FORWARDER_CACHE: place.cache };
    const prefix = mounted!(`-o bind,ro "${place.cache}"`, place.cache);
    await using child = new ChildProgram([...prefix, place.file], env);
    const { exitCode, lines } = await child.end();
    assertEquals({ exitCode, lines }, { exitCode: 0, lines: [] });
  },
  mounted === null,
);

testWithProcesses("killed while it unpacks, it unpacks all at the next start", async (place) => {
  const PATH = await place.pathWithGzip('if [ "$n" = 2 ]; then kill -KILL 0; fi');
  const killed = await place.run({ PATH, DNS_FORWARDER_CACHE: place.cache });
  assertEquals(killed.stdout, "");
  const [leftover, ...others] = place.cached();
  assertMatch(leftover!, /^\.unpacking\./);
  assertEquals(others, []);
  assertEquals((await place.run()).exitCode, 0);
  assertEquals(place.cached(`${place.cache}/${place.cached()[1]}`), ["dns-forwarder", "dns-forwarder.mjs"]);
});

testWithProcesses("stopped while it unpacks, it leaves nothing", async (place) => {
  const PATH = await place.pathWithGzip('if [ "$n" = 2 ]; then kill -TERM 0; fi');
  const { exitCode, stdout } = await place.run({ PATH, DNS_FORWARDER_CACHE: place.cache });
  assertEquals({ exitCode, stdout }, { exitCode: 143, stdout: "" });
  assertEquals(place.cached(), []);
});

testWithProcesses("two that start at once both run, and leave one folder", async (place) => {
  // While the first unpacks, the second starts and is done.
  const PATH = await place.pathWithGzip(
    `if [ "$n" = 1 ]; then '${place.file}' </dev/null >'${place.folder}/second'; fi`,
  );
  const first = await place.run({ PATH, DNS_FORWARDER_CACHE: place.cache });
  assertEquals({ exitCode: first.exitCode, lines: first.lines }, { exitCode: 0, lines: [] });
  const [firstFlags, secondFlags] = [first.stdout, await Deno.readTextFile(`${place.folder}/second`)].map(withoutPid);
  assertEquals(secondFlags, firstFlags);
  const [content, ...others] = place.cached();
  assertEquals(others, []);
  assertEquals(place.cached(`${place.cache}/${content}`), ["dns-forwarder", "dns-forwarder.mjs"]);
});

function withoutPid(stdout: string): string {
  return stdout.slice(stdout.indexOf("\n"));
}

testWithProcesses("a folder of which something was deleted is unpacked again", async (place) => {
  for (const file of ["dns-forwarder", "dns-forwarder.mjs"]) {
    await place.run();
    const [content] = place.cached();
    await Deno.remove(`${place.cache}/${content}/${file}`);
    assertEquals((await place.run()).exitCode, 0);
    assertEquals(place.cached(), [content!]);
    assertEquals(place.cached(`${place.cache}/${content}`), ["dns-forwarder", "dns-forwarder.mjs"]);
  }
});

testWithProcesses("a file that was cut off ends with 1 and unpacks nothing", async (place) => {
  await Deno.truncate(place.file, (await Deno.stat(place.file)).size - 1);
  const { exitCode, stdout, lines } = await place.run();
  assertEquals({ exitCode, stdout }, { exitCode: 1, stdout: "" });
  assertMatch(lines.at(-1)!, /^dns-forwarder: Cannot unpack into .* is damaged;/);
  assertEquals(place.cached(), []);
});

testWithProcesses(
  "unpacking removes what killed starts left an hour ago, and versions of a month ago",
  async (place) => {
    const now = Date.now() / 1000;
    const versions = { "old": now - 32 * 86_400, "new": now - 29 * 86_400 };
    for (const [name, time] of Object.entries(versions)) {
      await Deno.mkdir(`${place.cache}/${name}`, { recursive: true });
      await Deno.writeTextFile(`${place.cache}/${name}/dns-forwarder.mjs`, "");
      await Deno.utime(`${place.cache}/${name}/dns-forwarder.mjs`, time, time);
    }
    for (const [name, time] of [[".unpacking.old", now - 3700], [".unpacking.new", now], ["other", 0]] as const) {
      await Deno.mkdir(`${place.cache}/${name}`);
      await Deno.utime(`${place.cache}/${name}`, time, time);
    }
    await place.run();
    assertEquals(place.cached().filter((name) => name.length !== 64), [".unpacking.new", "new", "other"]);
  },
);
