import type { FakeApi } from "./fake_api.ts";

/** A real socket in the file system that answers commands of the API as a fake one says. */
export function listenAsProgram(path: string, api: Pick<FakeApi, "answer">): AsyncDisposable {
  const listener = Deno.listen({ transport: "unix", path });
  const serve = async (connection: Deno.Conn) => {
    try {
      const lines = connection.readable.pipeThrough(new TextDecoderStream());
      let rest = "";
      for await (const text of lines) {
        rest += text;
        if (!rest.includes("\n")) continue;
        const { path } = JSON.parse(rest);
        const reply = JSON.stringify({ ok: true, result: api.answer(path) });
        await connection.write(new TextEncoder().encode(`${reply}\n`));
        break;
      }
    } catch {
      // It has gone.
    }
    try {
      connection.close();
    } catch {
      // It is closed.
    }
  };
  const serving: Promise<void>[] = [];
  const end = (async () => {
    for await (const connection of listener) serving.push(serve(connection));
  })();
  return {
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await end.catch(() => {});
      await Promise.all(serving);
    },
  };
}
