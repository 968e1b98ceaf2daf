import { formatSocketAddress } from "../../lib/base/net/address.ts";
import type { ListStatus } from "../../lib/lists/keeper/list_status.ts";
import { askProgram } from "../../lib/operator/admin/ask_program.ts";
import { DENO_LOCAL_SOCKETS } from "../../lib/system/network/local_sockets.ts";
import { FLAG, headerFromFlags } from "../../lib/wire/header.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import { decode, encode } from "../../lib/wire/message.ts";
import { record } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, ROOT } from "./child_program.ts";
import { ListServer } from "./list_server.ts";
import { UdpServer } from "./udp_server.ts";

/** Whether tests of lists can be run here. */
export const CAN_KEEP_LISTS: boolean = CAN_RUN && Deno.build.os === "linux" &&
  Deno.permissions.querySync({ name: "write" }).state === "granted";

const TIMERS = {
  start(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** How the program is started. */
export interface StartOptions {
  /** What its table says of the list; that it is at `url` unless it says something else. */
  readonly list?: string;
  readonly rights?: readonly string[];
  readonly flags?: readonly string[];
  /** What starts it. */
  readonly around?: readonly string[];
  readonly stateDir?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a test of lists has: a server of lists, an upstream that knows where it is, and a folder for the program. */
export class ListsProgram implements AsyncDisposable {
  /** Has IPv4 addresses of all names, this machine's. */
  readonly upstream: UdpServer = new UdpServer(({ octets }) => here(octets));
  readonly server: ListServer = new ListServer();
  readonly folder: string = Deno.makeTempDirSync({ prefix: "dns-forwarder-lists-" });
  readonly socket: string = `${this.folder}/admin.sock`;
  readonly stateDir: string = `${this.folder}/state`;

  /** Where the only list stands; its server has no other address than the upstream tells. */
  get url(): string {
    return `http://lists.example.org:${this.server.port}/ads.txt`;
  }

  /** Starts the program. */
  start(options: StartOptions = {}): ChildProgram {
    const { list = `sources = ["${this.url}"]`, rights = ["--allow-run"], flags = [], around = [] } = options;
    const { stateDir = this.stateDir, env } = options;
    const text = `[server]
listen = ["127.0.0.1:0"]
state-dir = "${stateDir}"
[admin]
socket = "${this.socket}"
[upstreams.default]
servers = ["${formatSocketAddress(this.upstream.address)}"]
[lists.ads]
${list}
[clients.default]
block = ["ads"]
`;
    Deno.writeTextFileSync(`${this.folder}/config.toml`, text);
    const permissions = ["--no-prompt", "--allow-net", "--allow-read", `--allow-write=${this.folder}`, ...rights];
    const program = [`${ROOT}/main.ts`, "--config", `${this.folder}/config.toml`, ...flags];
    const variables = env && { ...Deno.env.toObject(), ...env };
    return new ChildProgram([...around, Deno.execPath(), "run", ...permissions, ...program], variables);
  }

  /** How the list is doing. */
  async status(): Promise<ListStatus> {
    return (await this.#ask({ command: "lists" }))[0]!;
  }

  /** Has it fetched. Resolves to how it is doing then. */
  async refresh(): Promise<ListStatus> {
    return (await this.#ask({ command: "refresh", list: "ads" }))[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.upstream[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    Deno.removeSync(this.folder, { recursive: true });
  }

  async #ask(request: Parameters<typeof askProgram>[3]): Promise<readonly ListStatus[]> {
    return await askProgram(DENO_LOCAL_SOCKETS, TIMERS, this.socket, request) as readonly ListStatus[];
  }
}

function here(query: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { id, questions } = decode(query);
  const [question] = questions;
  const answers = question!.type === TYPE.A
    ? [{ ...record("x.example 300 IN A 127.0.0.1"), name: question!.name }]
    : [];
  const authorities = answers.length === 0 ? [record(". 300 IN SOA a.example b.example 1 2 3 4 5")] : [];
  return encode({
    ...headerFromFlags(id, FLAG.QR | FLAG.RD | FLAG.RA),
    questions,
    answers,
    authorities,
    additionals: [],
  });
}
