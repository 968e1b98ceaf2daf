/** The functions of the C library that the fast path calls. Each returns -1 on failure; `errno` then says why. */
export interface Libc {
  /** Takes up to `count` datagrams into the `struct mmsghdr`s at `headers`; returns how many. */
  recvmmsg(fd: number, headers: Buffer, count: number, flags: number, timeout: null): number;
  /** Sends `count` datagrams from the `struct mmsghdr`s at `headers`; returns how many. */
  sendmmsg(fd: number, headers: Buffer, count: number, flags: number): number;
  /** Opens a socket; returns its descriptor. */
  socket(family: number, type: number, protocol: number): number;
  /** Sends octets to a socket's peer; returns how many. */
  send(fd: number, octets: Buffer, count: bigint, flags: number): bigint;
  /** The same without a number that is made for each call: at most 2 GiB. */
  sendOctets(fd: number, octets: Buffer, count: number, flags: number): number;
  /** Takes octets from a socket's peer; returns how many, 0 when no more will come. */
  receiveOctets(fd: number, octets: Buffer, count: number, flags: number): number;
  /** Lets a socket take connections, and keep so many until they are taken. */
  listen(fd: number, backlog: number): number;
  /** Takes a connection, and writes who is at its other end; returns its descriptor. */
  accept(fd: number, name: Buffer, length: Buffer, flags: number): number;
  /** Opens a file for reading; returns its descriptor. */
  open(path: Buffer, flags: number): number;
  /** Reads from a file; returns how many octets. */
  read(fd: number, octets: Buffer, count: bigint): bigint;
  /** Closes a descriptor. */
  closeDescriptor(fd: number): number;
  /** Writes where a symbolic link leads; returns how many octets. */
  readlink(path: Buffer, target: Buffer, count: bigint): bigint;
  /** Makes an epoll set; returns its descriptor. */
  epollCreate(flags: number): number;
  /** Changes what is in an epoll set. */
  epollControl(set: number, what: number, fd: number, event: Buffer): number;
  /** Waits until something in an epoll set is ready; returns how many are. */
  epollWait(set: number, events: Buffer, count: number, timeoutMs: number): number;
  /** The value of a variable of the environment; `null` when there is none of that name, which ends with a zero octet. */
  variable(name: Buffer): string | null;
  /** The number of this process. */
  processId(): number;
  /** Sends a signal. */
  kill(processId: number, signal: number): number;
  /** Writes the address that a socket is bound to. */
  getsockname(fd: number, name: Buffer, length: Buffer): number;
  /** Reads a socket option. */
  getsockopt(fd: number, level: number, option: number, value: Buffer, length: Buffer): number;
  /** Sets a socket option. */
  setsockopt(fd: number, level: number, option: number, value: Buffer, length: number): number;
  /** Gives a socket its peer, or takes it. */
  connect(fd: number, name: Buffer, length: number): number;
  /** Gives a socket its address. */
  bind(fd: number, name: Buffer, length: number): number;
  /** Ends a direction of a socket, and wakes whoever waits for it. */
  shutdown(fd: number, how: number): number;
  /** The number of an interface, whose name ends with a zero octet; 0 when there is none of that name. */
  interfaceIndex(name: Buffer): number;
  /** Writes the name of an interface, up to 16 octets; `null` when there is none of that number. */
  interfaceName(index: number, name: Buffer): unknown;
  /** Waits for `count` descriptors, on this thread. */
  poll(descriptors: Buffer, count: bigint, timeoutMs: number): number;
  /** Waits for `count` descriptors, on a thread of its own. */
  pollLater(descriptors: Buffer, count: bigint, timeoutMs: number): Promise<number>;
  /** Why the last call on this thread failed. */
  errno(): number;
  /** Unloads it. None of the functions may be called any more. */
  close(): void;
}

/** Octets that the C library may read and write during a call. */
export type Buffer = Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/**
 * Opens the C library of this process.
 *
 * @throws {Error} when there is none of that name (another operating system, another C library), or `ffi` is not granted.
 */
export function openLibc(): Libc {
  const library = Deno.dlopen("libc.so.6", {
    recvmmsg: { parameters: ["i32", "buffer", "u32", "i32", "pointer"], result: "i32" },
    sendmmsg: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
    // `size_t` as 32 bits: those above are zero in a register, and a number need not be made for each call.
    sendOctets: { name: "send", parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
    receiveOctets: { name: "recv", parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
    listen: { parameters: ["i32", "i32"], result: "i32" },
    accept: { name: "accept4", parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
    open: { parameters: ["buffer", "i32"], result: "i32" },
    read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    closeDescriptor: { name: "close", parameters: ["i32"], result: "i32" },
    readlink: { parameters: ["buffer", "buffer", "usize"], result: "isize" },
    epollCreate: { name: "epoll_create1", parameters: ["i32"], result: "i32" },
    epollControl: { name: "epoll_ctl", parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
    epollWait: { name: "epoll_wait", parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
    getenv: { parameters: ["buffer"], result: "pointer" },
    processId: { name: "getpid", parameters: [], result: "i32" },
    kill: { parameters: ["i32", "i32"], result: "i32" },
    getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
    setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
    connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    shutdown: { parameters: ["i32", "i32"], result: "i32" },
    interfaceIndex: { name: "if_nametoindex", parameters: ["buffer"], result: "u32" },
    interfaceName: { name: "if_indextoname", parameters: ["u32", "buffer"], result: "pointer" },
    poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
    pollLater: { name: "poll", parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
    errnoLocation: { name: "__errno_location", parameters: [], result: "pointer" },
  });
  const { errnoLocation, getenv, ...functions } = library.symbols;
  // One place per thread, for as long as the thread lives.
  const errno = new Deno.UnsafePointerView(errnoLocation()!);
  const variable = (name: Buffer) => {
    const value = getenv(name);
    return value === null ? null : new Deno.UnsafePointerView(value).getCString();
  };
  return { ...functions, variable, errno: () => errno.getInt32(), close: () => library.close() };
}
