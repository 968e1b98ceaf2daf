/** Of open(2), mmap(2) and madvise(2) on Linux, as in the headers of glibc. */
const O_RDONLY = 0;
const O_RDONLY_CLOEXEC = 0x8_0000;
const PROT_READ = 1;
const MAP_SHARED = 1;
const MADV_WILLNEED = 3;
/** What mmap(2) says when it has failed. */
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

const SEEK_END = 2;
/** PATH_MAX; as much as does not move, see `KernelBuffer`. */
const PATH_OCTETS_MAX = 4096;

/**
 * Files as memory: nothing is read but what is looked at, and all processes that map a file share what the system keeps of it.
 * Linux with glibc.
 *
 * A mapped file must never get shorter: who looks at what is gone is ended by the system. It may be removed, and another may
 * take its name.
 */
export class FileMaps {
  readonly #libc: ReturnType<typeof openLibc>;
  readonly #path = new Uint8Array(PATH_OCTETS_MAX);
  /**
   * What is not given back is, when the garbage collector finds that nothing can look at it any more. It counts mapped octets
   * as it counts others, and comes by some time.
   */
  readonly #unused: FinalizationRegistry<Mapping>;
  #count = 0;

  /**
   * Opens the C library, for as long as the process runs.
   *
   * @throws {Error} when there is none that is made for it, or `ffi` is not granted.
   */
  constructor() {
    this.#libc = openLibc();
    this.#unused = new FinalizationRegistry((mapping) => this.#unmap(mapping));
  }

  /** Files that are mapped. */
  get count(): number {
    return this.#count;
  }

  /**
   * The octets of the file at `path`, which nobody may write to.
   *
   * @throws {Error} when it cannot be mapped, or has no octets.
   */
  map(path: string): MappedFile {
    return this.mapDescriptor(this.#open(path, O_RDONLY_CLOEXEC));
  }

  /**
   * Holds the file at `path` open, whatever becomes of its name: processes that are started from now on have the same descriptor.
   *
   * @throws {Error} when it cannot be opened.
   */
  hold(path: string): HeldFile {
    const { close } = this.#libc;
    const descriptor = this.#open(path, O_RDONLY);
    return { descriptor, close: () => void close(descriptor) };
  }

  /**
   * The octets of the file that a process before this one has held; its descriptor is closed.
   *
   * @throws {Error} when it cannot be mapped, or has no octets.
   */
  mapDescriptor(fd: number): MappedFile {
    const { lseek, close, mmap, madvise } = this.#libc;
    const length = lseek(fd, 0n, SEEK_END);
    const pointer = length > 0n ? mmap(null, length, PROT_READ, MAP_SHARED, fd, 0n) : null;
    close(fd);
    const address = Deno.UnsafePointer.value(pointer);
    if (pointer === null || address === MAP_FAILED) throw new Error("it cannot be mapped");
    // Where the disk has to be asked it is asked now, and not when somebody waits for an answer.
    madvise(pointer, length, MADV_WILLNEED);
    const octets = Deno.UnsafePointerView.getArrayBuffer(pointer, Number(length));
    this.#count++;
    const mapping = { address, length };
    const token = {};
    this.#unused.register(octets, mapping, token);
    return {
      octets,
      unmap: () => {
        if (this.#unused.unregister(token)) this.#unmap(mapping);
      },
    };
  }

  #open(path: string, flags: number): number {
    const { read } = new TextEncoder().encodeInto(`${path}\0`, this.#path);
    const fd = read > path.length ? this.#libc.open(this.#path, flags) : -1;
    if (fd < 0) throw new Error("it cannot be opened");
    return fd;
  }

  #unmap({ address, length }: Mapping): void {
    this.#libc.munmap(Deno.UnsafePointer.create(address), length);
    this.#count--;
  }
}

/** A file as memory. */
export interface MappedFile {
  /** All of it. Nobody may write there. */
  readonly octets: ArrayBuffer;
  /**
   * Gives the memory back at once. Nobody may have a view of it any more that he can still look at: a look at what is not there
   * ends the process.
   */
  unmap(): void;
}

/** A file that stays as it is, whatever becomes of its name. */
export interface HeldFile {
  /** By which this process, and those that it starts, know it. */
  readonly descriptor: number;
  /** Lets go of it, here. */
  close(): void;
}

function openLibc() {
  const { arch, os } = Deno.build;
  // The numbers above are theirs.
  if (os !== "linux" || (arch !== "x86_64" && arch !== "aarch64")) {
    throw new Error(`it is not made for ${os} on ${arch}`);
  }
  return Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
    close: { parameters: ["i32"], result: "i32" },
    mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
    munmap: { parameters: ["pointer", "usize"], result: "i32" },
    madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  }).symbols;
}

/** Where a file is in memory. */
interface Mapping {
  readonly address: bigint;
  readonly length: bigint;
}
