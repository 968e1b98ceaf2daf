import type { KernelBuffer } from "../../lib/native/kernel/kernel_buffer.ts";

/** The functions of the C library that ask a server and read clocks. Each returns -1 on failure. */
export interface SocketCalls {
  socket(family: number, type: number, protocol: number): number;
  connect(fd: number, address: Octets, length: number): number;
  setsockopt(fd: number, level: number, option: number, value: Octets, length: number): number;
  send(fd: number, octets: Octets, length: bigint, flags: number): bigint;
  recvmsg(fd: number, header: Octets, flags: number): bigint;
  close(fd: number): number;
  clockTime(clock: number, time: Octets): number;
}

type Octets = KernelBuffer["octets"];

/** Opened once, for as long as the bench runs. */
let opened: SocketCalls | null = null;

/** The C library of this process, which has to be glibc. */
export function socketCalls(): SocketCalls {
  return opened ??= Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
    send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
    recvmsg: { parameters: ["i32", "buffer", "i32"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
    clockTime: { name: "clock_gettime", parameters: ["i32", "buffer"], result: "i32" },
  }).symbols;
}
