/**
 * Waits for the next connection. One that its client has reset meanwhile is nothing to wait for: the kernel gives it out all the
 * same, and Deno (2.9.5) fails when it asks whose it is. That is no error of the listener, which is told to rest after one.
 */
export async function acceptStream(listener: Deno.TcpListener): Promise<Deno.TcpConn> {
  for (;;) {
    try {
      return await listener.accept();
    } catch (error) {
      if (!isOfClient(error)) throw error;
    }
  }
}

/** accept(2): what is to be tried again at once. Others, as when descriptors run out, would come again at once, too. */
function isOfClient(error: unknown): boolean {
  const { NotConnected, ConnectionAborted, ConnectionReset } = Deno.errors;
  return error instanceof NotConnected || error instanceof ConnectionAborted || error instanceof ConnectionReset;
}
