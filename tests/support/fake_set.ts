import { assert } from "@std/assert";
import type { ReactorOptions } from "../../lib/native/reactor/reactor.ts";
import type { FakeTime } from "./fake_time.ts";

/** What comes of a wait: the descriptors that are ready, or nothing until the end of the wait. */
export type Wait = readonly number[] | (() => readonly number[]);

/** An epoll set without a kernel: what is ready at which wait is the test's to say. */
export class FakeSet {
  readonly descriptor = 99;
  /** What was waited for, first to last, in ms. */
  readonly waits: number[] = [];
  /** What is in it, and what for. */
  readonly members: Map<number, number> = new Map();
  isClosed = false;
  readonly #time: FakeTime;
  readonly #script: Wait[];
  readonly #onEnd: () => void;
  #ready: readonly number[] = [];

  /** @param onEnd Called at the first wait behind the end of `script`. */
  constructor(time: FakeTime, script: Wait[], onEnd: () => void) {
    this.#time = time;
    this.#script = script;
    this.#onEnd = onEnd;
  }

  add(fd: number, interest: number): void {
    assert(!this.members.has(fd), "a descriptor is in it once");
    this.members.set(fd, interest);
  }

  change(fd: number, interest: number): void {
    assert(this.members.has(fd), "what changes is in it");
    this.members.set(fd, interest);
  }

  remove(fd: number): void {
    assert(this.members.delete(fd), "what goes was in it");
  }

  wait(timeoutMs: number): number {
    this.waits.push(timeoutMs);
    const next = this.#script.shift();
    if (next === undefined) this.#onEnd();
    this.#ready = typeof next === "function" ? next() : next ?? [];
    if (this.#ready.length === 0) this.#time.pass(timeoutMs);
    return this.#ready.length;
  }

  ready(i: number): number {
    return this.#ready[i]!;
  }

  events(): number {
    return 1;
  }

  close(): void {
    this.isClosed = true;
  }
}

/** It is what a reactor waits for. */
export type IsSet = FakeSet extends ReactorOptions["set"] ? true : never;
