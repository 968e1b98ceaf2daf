import { findExecutable } from "../common/installed.ts";
import { sleep } from "../common/sleep.ts";
import { type Installation, MAIN } from "./installation.ts";

/** Somebody, or something, who looks at the program while it serves. */
export interface Watcher {
  /** As it is called in `--only`. */
  readonly name: string;
  /** What it does, for the table. */
  readonly title: string;
  /** What the program is configured with for it. */
  readonly settings: (installation: Installation) => string;
  /** What has to be there before the program is started. Returns what ends it. */
  readonly prepare?: (installation: Installation) => Stop;
  /** Looks, from now on. Returns what ends it. */
  readonly watch?: (installation: Installation) => Stop;
}

/** Ends something. Resolves when it has ended. */
export type Stop = () => Promise<void>;

/** How often the page asks for what it does not get by itself, `top` draws, and Prometheus is told to scrape in tests. */
const LOOK_EVERY_MS = 1000;

/** Each by itself. */
export const WATCHERS: readonly Watcher[] = [
  {
    name: "metrics",
    title: "a scrape each second",
    settings: ({ metricsPort }) => `[metrics]\nlisten = "127.0.0.1:${metricsPort}"\n`,
    watch: ({ metricsPort }) => repeated(() => read(`http://127.0.0.1:${metricsPort}/metrics`)),
  },
  {
    name: "query-log",
    title: "each query in the log",
    settings: ({ folder }) => `[query-log]\nfolder = "${folder}/log"\nmax-size = "256MiB"\n`,
  },
  {
    name: "dnstap",
    title: "each message by dnstap",
    settings: ({ folder }) => `[dnstap]\nto = "unix:${folder}/tap.sock"\n`,
    prepare: ({ folder }) => {
      const capture = findExecutable("fstrm_capture");
      if (capture === null) throw new Error("fstrm_capture is not installed (Debian: fstrm-bin)");
      return spawned(capture, ["-t", "protobuf:dnstap.Dnstap", "-u", `${folder}/tap.sock`, "-w", "/dev/null"]);
    },
  },
  {
    name: "page",
    title: "the page, open and live",
    settings: ({ folder, adminPort }) => {
      return `[admin]\nlisten = "127.0.0.1:${adminPort}"\ntoken-file = "${folder}/tokens"\n`;
    },
    watch: (installation) => {
      const url = `http://127.0.0.1:${installation.adminPort}/api/v1`;
      const headers = { authorization: `Bearer ${installation.token}` };
      const stopEvents = followed(`${url}/events`, headers);
      // What the overview asks for.
      const looks = ["status", "series", "top?by=name", "top?by=client"];
      const stopLooks = repeated(async () => {
        for (const look of looks) await read(`${url}/${look}`, headers);
      });
      return async () => void await Promise.all([stopEvents(), stopLooks()]);
    },
  },
  {
    name: "top",
    title: "dns-forwarder top",
    settings: ({ folder }) => `[admin]\nsocket = "${folder}/admin.sock"\n`,
    watch: ({ folder }) => {
      const args = ["run", "--no-prompt", "--allow-net", "--allow-read", "--allow-write", "--allow-env", MAIN];
      return spawned(Deno.execPath(), [
        ...args,
        "top",
        "--json",
        "--interval",
        "1",
        "--socket",
        `${folder}/admin.sock`,
      ]);
    },
  },
];

/** One answer, whatever it says, but no other status than 200. */
export async function read(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await fetch(url, { headers });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${text.slice(0, 200)}`);
  return text;
}

/** Does something again and again. What fails fails the bench: it would have been measured with nobody there. */
export function repeated(look: () => Promise<unknown>, everyMs: number = LOOK_EVERY_MS): Stop {
  let isStopped = false;
  const looking = (async () => {
    while (!isStopped) {
      await look();
      await sleep(everyMs);
    }
  })();
  return async () => {
    isStopped = true;
    await looking;
  };
}

/** Reads what comes, for as long as it comes. */
function followed(url: string, headers: Readonly<Record<string, string>>): Stop {
  const stopping = new AbortController();
  const following = (async () => {
    const response = await fetch(url, { headers, signal: stopping.signal });
    if (response.status !== 200) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    let octets = 0;
    for await (const part of response.body!) octets += part.length;
    throw new Error(`${url} has ended after ${octets} octets`);
  })().catch((error) => {
    if (!stopping.signal.aborted) throw error;
  });
  return async () => {
    stopping.abort();
    await following;
  };
}

function spawned(executable: string, args: readonly string[]): Stop {
  const io = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const child = new Deno.Command(executable, { args: [...args], ...io }).spawn();
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  return async () => {
    if (hasEnded) throw new Error(`${executable} ${args[0]} has ended by itself`);
    child.kill("SIGKILL");
    await child.status;
  };
}
