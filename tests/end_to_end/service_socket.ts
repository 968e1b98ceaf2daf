/** A service manager's end of the notification socket, with what was told so far. */
export class ServiceSocketReceiver implements AsyncDisposable {
  /** What `NOTIFY_SOCKET` is to be set to. */
  readonly path: string;
  readonly #folder: string;
  readonly #socket: Deno.DatagramConn;
  readonly #lines: string[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = `${folder}/notify`;
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path: this.path });
  }

  /** Listens in a new folder in `dir`. */
  static async listen(dir: string): Promise<ServiceSocketReceiver> {
    return new ServiceSocketReceiver(await Deno.makeTempDir({ dir }));
  }

  /** Waits for a line that begins like this; what came before it is dropped. */
  async line(beginning: string): Promise<string> {
    for (;;) {
      const found = this.#lines.findIndex((line) => line.startsWith(beginning));
      if (found !== -1) return this.#lines.splice(0, found + 1).at(-1)!;
      const [octets] = await this.#socket.receive();
      this.#lines.push(...new TextDecoder().decode(octets).split("\n"));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
