import type { SocketAddress } from "../base/net/address.ts";
import type { Config, FullConfig } from "../config/config.ts";
import type { PushedListener } from "../base/sockets/pushed_stream.ts";
import type { ProxyOptions } from "../base/sockets/stream_socket.ts";
import { UsageError } from "../config/usage_error.ts";
import type { DatagramIoChoice } from "../program/operating_system.ts";
import { NativeIo } from "../native/native_io.ts";
import { PROCESS_LOOP } from "./loop/process_loop.ts";
import { ProxiedPushed } from "./network/proxied_pushed.ts";
import { DENO_NETWORK } from "./network/deno_network.ts";
import { type Endpoint, endpointAt, isSecure, socketAddressOf } from "../upstream/endpoint.ts";

/**
 * Chooses by `--io`, `--reuse-port`, the permissions and the machine.
 *
 * @throws {UsageError} when what was asked for cannot be had.
 */
export function chooseDatagramIo({ io: wanted, sharesPort }: Pick<Config, "io" | "sharesPort">): DatagramIoChoice {
  const plain = (why: string) => {
    if (sharesPort) throw new UsageError(`Cannot use --reuse-port: it needs native I/O: ${why}`);
    const describe = () => `takes datagrams one by one: ${why}`;
    const named = (config: FullConfig) => config;
    return { isNative: false, openDatagram: DENO_NETWORK.openDatagram, named, describe, close: () => {} };
  };
  if (wanted === "plain") return plain("--io plain");
  try {
    const native = openNativeIo();
    return {
      isNative: true,
      openDatagram: (local, use) => {
        return sharesPort && use === "clients" ? native.openSharedDatagram(local) : native.openDatagram(local, use);
      },
      listenPushed: (local, proxied) => listenPushed(native, local, sharesPort, proxied),
      named: (config) => namedBy(native, config),
      describe: () => describe(native),
      close: () => native.close(),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (wanted === "native") throw new UsageError(`Cannot use --io native: ${why}`);
    return plain(why);
  }
}

/**
 * The same for a worker: it has its listeners' addresses together with others.
 *
 * @throws {Error} when this cannot be had here, with the reason.
 */
export function sharedDatagramIo(): DatagramIoChoice {
  const native = openNativeIo();
  return {
    isNative: true,
    openDatagram: (local, use) => {
      return use === "clients" ? native.openSharedDatagram(local) : native.openDatagram(local, use);
    },
    listenPushed: (local, proxied) => listenPushed(native, local, true, proxied),
    named: (config) => namedBy(native, config),
    describe: () => describe(native),
    close: () => native.close(),
  };
}

function listenPushed(
  native: NativeIo,
  local: SocketAddress,
  isShared: boolean,
  proxied: ProxyOptions,
): PushedListener | null {
  const listener = native.listenPushed(local, isShared);
  return listener && new ProxiedPushed(listener, proxied);
}

function namedBy(native: NativeIo, config: FullConfig): FullConfig {
  const named = (address: SocketAddress) => native.named(address);
  const onNamedLink = (endpoint: Endpoint): Endpoint => {
    return isSecure(endpoint) ? endpoint : { ...endpoint, zone: endpointAt(named(socketAddressOf(endpoint))).zone };
  };
  const { listen, upstreams, policy } = config;
  return {
    ...config,
    listen: listen?.map((one) => ({ ...one, address: named(one.address) })) ?? null,
    upstreams: upstreams.map(onNamedLink),
    policy: policy && {
      ...policy,
      upstreamGroups: policy.upstreamGroups.map((group) => ({ ...group, servers: group.servers.map(onNamedLink) })),
    },
  };
}

function describe(native: NativeIo): string {
  const { reactor, whyNot } = PROCESS_LOOP;
  if (reactor?.isOwner) return `${native.describe()}, and waits for them by itself`;
  return whyNot === "" ? native.describe() : `${native.describe()}; Deno waits for them: ${whyNot}`;
}

function openNativeIo(): NativeIo {
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") throw new Error("--allow-ffi is not given");
  const reactorNow = () => PROCESS_LOOP.reactor?.isOwner ? PROCESS_LOOP.reactor : null;
  return new NativeIo(DENO_NETWORK.openDatagram, undefined, reactorNow);
}
