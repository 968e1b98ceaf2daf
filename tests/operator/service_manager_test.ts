import { assertEquals } from "@std/assert";
import { ServiceManager } from "../../lib/operator/service_manager.ts";
import { FakeTime } from "../support/fake_time.ts";

function rig(watchdogMs: number | null) {
  const time = new FakeTime();
  const told: string[] = [];
  const state = { status: "fine" };
  const socket = {
    monotonicUs: () => 1_234_567n,
    watchdogMs,
    notify: (message: string) => void told.push(`${time.nowMs()}: ${message}`),
  };
  return { time, told, state, manager: new ServiceManager({ socket, timers: time, status: () => state.status }) };
}

Deno.test("ServiceManager.ready() tells that the program serves, and its state", () => {
  const { manager, told } = rig(null);
  assertEquals(told, []);
  manager.ready();
  assertEquals(told, ["0: READY=1\nSTATUS=fine"]);
});

Deno.test("ServiceManager tells the state again when it has changed, every ten seconds at most", () => {
  const { manager, time, told, state } = rig(null);
  manager.ready();
  time.pass(15_000);
  state.status = "better";
  time.pass(25_000);
  assertEquals(told.slice(1), ["20000: STATUS=better"]);
});

Deno.test("ServiceManager tells that the program lives twice in the watchdog's time", () => {
  const { manager, time, told } = rig(3000);
  manager.ready();
  time.pass(4500);
  assertEquals(told.slice(1), ["1500: WATCHDOG=1", "3000: WATCHDOG=1", "4500: WATCHDOG=1"]);
});

Deno.test("ServiceManager tells the state with the sign of life", () => {
  const { manager, time, told, state } = rig(2000);
  manager.ready();
  state.status = "better";
  time.pass(1000);
  assertEquals(told.slice(1), ["1000: WATCHDOG=1\nSTATUS=better"]);
});

Deno.test("ServiceManager.stopping() tells it once, and nothing after it", () => {
  const { manager, time, told } = rig(2000);
  manager.ready();
  manager.stopping();
  time.pass(60_000);
  assertEquals(told.slice(1), ["0: STOPPING=1\nSTATUS=stopping"]);
  assertEquals(time.armedCount, 0);
});

Deno.test("ServiceManager.reloading() tells since when, and reloaded() that the program serves, as before", () => {
  const { manager, told } = rig(null);
  manager.ready();
  manager.reloaded();
  manager.reloading();
  manager.reloaded();
  assertEquals(told.slice(1), ["0: RELOADING=1\nMONOTONIC_USEC=1234567", "0: READY=1"]);
});
