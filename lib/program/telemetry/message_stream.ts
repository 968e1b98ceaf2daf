import type { App } from "../../app/app.ts";
import { groupNames } from "../../app/policy/group_names.ts";
import type { ByteStream } from "../../base/net/byte_stream.ts";
import type { Runtime } from "../../base/runtime.ts";
import type { FullConfig } from "../../config/config.ts";
import type { Log } from "../../observe/log.ts";
import { socketAddressesOf } from "../../upstream/endpoint.ts";
import { parseEndpoint } from "../../upstream/parse_endpoint.ts";
import { VERSION } from "../../version.ts";
import type { OperatingSystem } from "../operating_system.ts";
import { toldOutside } from "./told.ts";

/** What dnstap is made from. */
export interface MessageStreamOptions {
  /** The program in this process. */
  readonly app: Pick<App, "taps">;
  /** The world outside. */
  readonly system: Pick<OperatingSystem, "localSockets">;
  /** Time, randomness, the network. */
  readonly runtime: Runtime;
  /** Where the operator reads. */
  readonly log: Log;
}

/**
 * Tells somebody of messages as they are on the wire, while the configuration says so (dnstap). In each process that serves: no
 * message goes to another one before it leaves the machine.
 */
export class MessageStream {
  readonly #options: MessageStreamOptions;
  #settings = "";
  #end: () => Promise<void> = () => Promise.resolve();
  /** Changes are made one after the other. */
  #last: Promise<void> = Promise.resolve();

  /** Off, until `follow`. */
  constructor(options: MessageStreamOptions) {
    this.#options = options;
  }

  /** Begins, goes on or ends as a configuration says. Never throws: whatever fails costs nobody an answer. */
  follow(config: FullConfig): void {
    const settings = settingsOf(config);
    const text = JSON.stringify(settings);
    if (text === this.#settings || (settings === null && this.#settings === "")) return;
    this.#settings = text;
    this.#last = this.#last.then(async () => {
      await this.#end();
      this.#end = () => Promise.resolve();
      if (settings !== null) this.#end = await this.#begin(settings);
    }).catch((error) =>
      this.#options.log.error(`dnstap: ${error instanceof Error ? error.message : error}; going on without`)
    );
  }

  /** Ends; what waits is still sent, as far as that takes no time. */
  async stop(): Promise<void> {
    await this.#last;
    await this.#end();
  }

  async #begin({ to, messages, ...settings }: Settings): Promise<() => Promise<void>> {
    const { app, runtime, log } = this.#options;
    // Loaded when it is on, and not before.
    const { Dnstap } = await import("../../telemetry/dnstap/dnstap.ts");
    const connect = (signal: AbortSignal) => this.#connect(to, signal);
    const dnstap = new Dnstap({ ...settings, to, connect, clock: app.taps.clock, runtime, log });
    const endShowing = app.taps.show({
      clients: messages.includes("client") ? dnstap.clients : null,
      upstreams: messages.includes("forwarder") ? dnstap.upstreams : null,
      get sink() {
        return { name: "dnstap", recordCount: dnstap.frameCount, droppedCount: dnstap.droppedCount };
      },
    });
    return () => {
      endShowing();
      return dnstap.stop();
    };
  }

  #connect(to: string, signal: AbortSignal): Promise<ByteStream> {
    const { system: { localSockets }, runtime: { network } } = this.#options;
    if (to.startsWith("unix:")) return localSockets.connect(to.slice("unix:".length));
    return network.connectStream(socketAddressesOf(parseEndpoint(to, 0))[0]!, signal);
  }
}

type Settings = NonNullable<ReturnType<typeof settingsOf>>;

function settingsOf(config: FullConfig) {
  const { dnstapTo: to, dnstapMessages: messages, dnstapIdentity, dnstapVersion, serverId, policy } = config;
  if (to === null) return null;
  const privacy = toldOutside(config);
  const groups = policy === null ? [] : groupNames(policy);
  return {
    to,
    messages,
    identity: dnstapIdentity ?? serverId ?? "",
    version: dnstapVersion ?? `dns-forwarder ${VERSION}`,
    privacy,
    hiddenGroups: privacy.hiddenGroups.map((name) => groups.indexOf(name)).filter((number) => number >= 0),
  };
}
