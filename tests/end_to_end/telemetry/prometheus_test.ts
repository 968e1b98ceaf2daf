// deno-lint-ignore-file camelcase
// Rules and board, against what is really told: every name in them is told, Prometheus's own tools and Prometheus itself understand them.

import { assert, assertEquals } from "@std/assert";
import { Exposition } from "../../../lib/telemetry/metrics/exposition.ts";
import { METRICS } from "../../../lib/telemetry/metrics/metrics.ts";
import { busySnapshot } from "../../telemetry/metrics/snapshots.ts";
import { CAN_RUN, ROOT } from "../child_program.ts";
import { courseResolver } from "../course_resolver.ts";
import { UdpServer } from "../udp_server.ts";
import { found, promtool } from "./prometheus.ts";
import { resolver, WatchedProgram } from "./watched_program.ts";

const RULES = `${ROOT}/packaging/prometheus/rules.yml`;
const BOARD = `${ROOT}/packaging/grafana/dns-forwarder.json`;
const CAN_READ = Deno.permissions.querySync({ name: "read", path: ROOT }).state === "granted";
const TOOL = CAN_RUN ? promtool() : null;
const PROMETHEUS = CAN_RUN ? found("prometheus") : null;

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Board {
  readonly panels: readonly Panel[];
}

function board(): Board {
  return JSON.parse(Deno.readTextFileSync(BOARD));
}

/** What is asked of Prometheus in the board, with its variables filled in. */
function boardExpressions(): string[] {
  return board().panels.flatMap(({ targets = [] }) => targets).map(({ expr }) => {
    return expr.replaceAll("$__rate_interval", "1m").replaceAll(/\$(?:job|instance)/g, ".*");
  });
}

/** Names of metrics in an expression. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/\b(?:dns_forwarder|process)_\w+/g)].map(([name]) => name);
}

Deno.test({
  name: "every metric in rules and board is told (needs --allow-read)",
  ignore: !CAN_READ,
  fn: async () => {
    const text = await new Exposition(METRICS, "text").render(busySnapshot());
    const told = new Set(text.split("\n").filter((line) => !line.startsWith("#")).map((line) => line.split(/[{ ]/)[0]));
    const rules = namesIn(Deno.readTextFileSync(RULES));
    assert(rules.length > 12);
    assertEquals([...rules, ...namesIn(Deno.readTextFileSync(BOARD))].filter((name) => !told.has(name)), []);
    // And the board shows all there is.
    const shown = new Set(namesIn(Deno.readTextFileSync(BOARD)).map((name) => name.replace(/_bucket$/, "")));
    const unshown = METRICS.map(({ name }) => name).filter((name) => !shown.has(name));
    assertEquals(unshown, ["dns_forwarder_upstream_state"]);
  },
});

Deno.test({
  name: "no two panels of the board lie on each other (needs --allow-read)",
  ignore: !CAN_READ,
  fn: () => {
    const { panels } = board();
    assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
    const overlaps = panels.flatMap((a, i) =>
      panels.slice(i + 1).filter((b) => {
        const [p, q] = [a.gridPos, b.gridPos];
        return p.x < q.x + q.w && q.x < p.x + p.w && p.y < q.y + q.h && q.y < p.y + p.h;
      }).map((b) => `${a.title} and ${b.title}`)
    );
    assertEquals(overlaps, []);
    assertEquals(panels.filter(({ gridPos: { x, w } }) => x + w > 24), []);
  },
});

for (const args of [["check", "rules", RULES], ["test", "rules", RULES.replace(".yml", "_test.yml")]]) {
  const name = `promtool ${args.slice(0, 2).join(" ")} finds nothing wrong${
    TOOL === null ? " (not checked: no promtool)" : ""
  }`;
  Deno.test({
    name,
    ignore: TOOL === null,
    fn: async () => {
      const { exitCode, output } = await TOOL!(args);
      assertEquals(exitCode, 0, output);
    },
  });
}

Deno.test({
  name: `Prometheus reads the numbers, knows the rules, and understands the board${
    PROMETHEUS === null ? " (not checked: no prometheus)" : ""
  }`,
  ignore: PROMETHEUS === null,
  fn: async () => {
    await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
    await using program = new WatchedProgram(resolver(upstream.address));
    const folder = await Deno.makeTempDir();
    try {
      await using prometheus = await Prometheus.start(folder, new URL(await program.url()).host);
      await prometheus.until(`up{job="dns-forwarder"}`, "1");
      assertEquals(await prometheus.value("dns_forwarder_upstream_up"), "1");
      assertEquals(
        await prometheus.value("count(dns_forwarder_response_duration_seconds_bucket{le='0.001'}) > 5"),
        "8",
      );
      const { data: { activeTargets } } = await prometheus.ask("targets");
      assertEquals(activeTargets.map(({ lastError }: { lastError: string }) => lastError), [""]);
      const { data: { groups: [group] } } = await prometheus.ask("rules");
      const broken = group.rules.filter(({ health }: { health: string }) => health === "err");
      assertEquals([group.rules.length > 6, broken], [true, []]);
      const errors = await Promise.all(
        boardExpressions().map(async (query) => {
          const { status, error } = await prometheus.ask(`query?${new URLSearchParams({ query })}`);
          return status === "success" ? [] : [`${query}: ${error}`];
        }),
      );
      assertEquals(errors.flat(), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** A Prometheus that reads one program four times a second. */
class Prometheus implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #url: string;

  private constructor(child: Deno.ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  static async start(folder: string, target: string): Promise<Prometheus> {
    await Deno.copyFile(RULES, `${folder}/rules.yml`);
    const config = {
      global: { scrape_interval: "250ms", evaluation_interval: "250ms" },
      rule_files: ["rules.yml"],
      scrape_configs: [{ job_name: "dns-forwarder", static_configs: [{ targets: [target] }] }],
    };
    // What is JSON is YAML.
    await Deno.writeTextFile(`${folder}/prometheus.yml`, JSON.stringify(config));
    const port = freePort();
    const args = [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child = new Deno.Command(PROMETHEUS!, { args, cwd: folder, stdout: "null", stderr: "null" }).spawn();
    return new Prometheus(child, `http://127.0.0.1:${port}/api/v1`);
  }

  // deno-lint-ignore no-explicit-any
  async ask(path: string): Promise<any> {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    return await (await fetch(`${this.#url}/${path}`, { client })).json();
  }

  /** The value of an expression with one; nothing without. */
  async value(query: string): Promise<string | undefined> {
    const { data: { result } } = await this.ask(`query?${new URLSearchParams({ query })}`);
    return result[0]?.value[1];
  }

  /** Asks again until it has that value: Prometheus takes a moment to start, and to read. */
  async until(query: string, value: string): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      if (await this.value(query).catch(() => undefined) === value) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${query} does not become ${value}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
