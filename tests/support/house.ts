import { assertEquals } from "@std/assert";
import { runProgram } from "../../lib/program/run_program.ts";
import { readExtendedError, readOptions } from "../../lib/wire/edns/edns.ts";
import { rcodeToText, TYPE } from "../../lib/wire/iana.ts";
import { udp } from "./fake_socket.ts";
import { FakeSystem, type FakeSystemOptions } from "./fake_system.ts";
import { lines, opt, question } from "./messages.ts";
import { recordZone } from "./record_zone.ts";
import { SceneClient } from "./scene_client.ts";
import { SceneUpstream } from "./scene_upstream.ts";
import { ScriptedUpstream } from "./scripted_upstream.ts";
import type { Host } from "./world_network.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** Clients of a house. */
export const CHILD = "198.51.100.7";
export const PARENT = "198.51.100.8";

const FILE = "/etc/config.toml";
const SOCKET = "/run/admin.sock";
const SERVICE = udp("192.0.2.53", 53);
const USUAL = `state-dir = "/state"
[admin]
socket = "${SOCKET}"
`;
const UPSTREAM = "203.0.113.53";
/** Where the lists of a house are served, which it finds by DNS. */
const LIST_SERVER = "lists.example.org 60 IN A 192.0.2.80";

/** What a house is set up from. */
export interface HouseOptions {
  /** The configuration file, without `[server]` and `[upstreams.default]`. */
  readonly config: string;
  /** Records that upstreams know, by address; what has no address of its own is that of the default one. */
  readonly records?: readonly string[];
  readonly others?: Readonly<Record<string, readonly string[]>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Texts of lists, by URL. */
  readonly lists?: Readonly<Record<string, string>>;
  /** What is there from an earlier start. */
  readonly before?: House;
  readonly system?: FakeSystemOptions["system"];
}

/**
 * The whole program as somebody has it at home: started with a configuration file in its own words, with files, servers of lists
 * and commands, in fake time. It is midnight in UTC, and Wednesday, 2025-01-01.
 */
export class House {
  readonly host: FakeSystem;
  readonly upstreams: Readonly<Record<string, SceneUpstream>>;
  readonly #clients: Host;
  readonly #ended: Promise<number>;
  #port = 40_000;

  private constructor({ config, records = [], others = {}, files = {}, lists = {}, before, system }: HouseOptions) {
    this.host = new FakeSystem(["--config", FILE], system === undefined ? {} : { system });
    const { network } = this.host.world;
    for (const [path, text] of before?.host.files.texts ?? []) this.host.files.write(path, text);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    for (const [url, text] of Object.entries(lists)) this.host.http.answer(url, { body: [text] });
    this.host.files.write(FILE, fileOf(config));
    this.#clients = network.addHost(CHILD, PARENT, "198.51.100.9");
    const zones = { [UPSTREAM]: [LIST_SERVER, ...records], ...others };
    this.upstreams = Object.fromEntries(
      Object.entries(zones).map(([address, known]) => [
        address,
        new SceneUpstream(
          this.host.world,
          network.addHost(address),
          udp(address, 53),
          new ScriptedUpstream(recordZone(...known)),
        ),
      ]),
    );
    this.#ended = runProgram(this.host, this.host.system);
  }

  /** The program serves, and lists that it can have are there. */
  static async open(options: HouseOptions): Promise<House> {
    const house = new House(options);
    // Modules are loaded for a file, which takes turns of the real event loop.
    const isServing = () => house.host.lines.some((line) => line.includes("takes commands at"));
    let isOver = false;
    void house.#ended.finally(() => isOver = true);
    while (!isServing() && !isOver) await new Promise((resolve) => setTimeout(resolve, 1));
    if (!isServing()) throw new Error(house.host.lines.join("; "));
    await house.pass(5000);
    return house;
  }

  async close(): Promise<void> {
    this.host.end();
    assertEquals(await this.#ended, 0);
  }

  async pass(ms: number): Promise<void> {
    await this.host.world.time.pass(ms);
  }

  /** Writes a file, for the program's start and for what it looks at while it serves. */
  write(path: string, text: string): void {
    this.host.files.write(path, text);
    this.host.world.files.write(path, text);
  }

  /** Questions that the upstream at an address has got since the last call. */
  asked(address = UPSTREAM): number {
    return this.upstreams[address]!.queries.splice(0).length;
  }

  client(hostname = PARENT): SceneClient {
    return new SceneClient(this.host.world, this.#clients.openDatagram(udp(hostname, this.#port++)), SERVICE);
  }

  /** What a client gets: data of the answers, or else the RCODE or "nothing"; and what it is told besides. */
  async ask(text: string, hostname = PARENT): Promise<string> {
    const client = this.client(hostname);
    client.ask([question(text)], { additionals: [opt()] });
    await this.pass(20);
    const { answers, rcode, additionals } = client.reply.message;
    const data = lines(answers).map((line) => line.split(" ").slice(4).join(" "));
    const none = rcode === 0 ? "nothing" : rcodeToText(rcode);
    const options = readOptions(additionals.find(({ type }) => type === TYPE.OPT)!.rdata);
    const errors = options.flatMap((option) => readExtendedError(option) ?? []);
    return [data.join(" ") || none, ...errors.map(({ text }) => `(${text})`)].join(" ");
  }

  /** What a command prints. */
  async run(command: string): Promise<string> {
    const client = new FakeSystem([...command.split(" "), "--socket", SOCKET], {
      system: { localSockets: this.host.localSockets },
    });
    let isOver = false;
    const running = runProgram(client, client.system).finally(() => isOver = true);
    while (!isOver) await this.pass(1);
    await running;
    return client.printed.join("") + client.lines.join("\n");
  }

  /** Another configuration is written, and the program told so. */
  async reload(config: string): Promise<string> {
    this.host.files.write(FILE, fileOf(config));
    return await this.run("reload");
  }
}

function fileOf(config: string): string {
  return `[server]
listen = ["192.0.2.53:53"]
${USUAL}[access]
allow = ["0.0.0.0/0"]
[upstreams.default]
servers = ["${UPSTREAM}"]
case-randomization = false
${config}`;
}
