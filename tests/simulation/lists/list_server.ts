import { HttpError, type HttpRequest, type HttpResponse } from "../../../lib/base/http/http_client.ts";
import type { Line } from "../../app/policy/block_law.ts";
import { type FakeAnswer, FakeHttp, SILENCE } from "../../support/fake_http.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { listText } from "./list_texts.ts";

/** What comes of asking for a list. */
const FATES = { good: 8, unchanged: 3, html: 1, missing: 1, failing: 2, stalling: 1, breaking: 2, reset: 1 };

/** All of them. */
export const SERVER_FATES = Object.keys(FATES) as readonly (keyof typeof FATES)[];

/** What a server of lists is made from. */
export interface ListServerOptions {
  readonly random: SeededRandom;
  /** The name of a list in its URL, and what it says now. */
  readonly now: (list: string) => { readonly version: number; readonly lines: readonly Line[] };
  /** A text has been read to its end. */
  readonly onRead: (list: string, lines: readonly Line[]) => void;
}

/** A server of lists, with faults. */
export class ListServer extends FakeHttp {
  /** How often what happened. */
  readonly counts = new Map<string, number>();
  readonly #options: ListServerOptions;

  constructor(options: ListServerOptions) {
    super();
    this.#options = options;
  }

  override async get(request: HttpRequest): Promise<HttpResponse> {
    const { random, now } = this.#options;
    const list = /([a-z]+)\.txt$/.exec(request.url.href)![1]!;
    const { version, lines } = now(list);
    const etag = `"${version}"`;
    const drawn = random.pickWeighted(FATES);
    // Only who has it already can be told that it is the same.
    const fate = drawn === "unchanged" && request.headers["if-none-match"] !== etag ? "good" : drawn;
    this.counts.set(fate, (this.counts.get(fate) ?? 0) + 1);
    this.answer(request.url.href, this.#answer(fate, { list, lines, etag }));
    return await super.get(request);
  }

  #answer(
    fate: keyof typeof FATES,
    { list, lines, etag }: { list: string; lines: readonly Line[]; etag: string },
  ): FakeAnswer | Error {
    const { random, onRead } = this.#options;
    const text = listText(lines);
    const at = random.below(text.length);
    const [head, tail] = [text.slice(0, at), text.slice(at)];
    switch (fate) {
      case "good":
        return { headers: random.chance(0.7) ? { etag } : {}, body: whole([head, tail], () => onRead(list, lines)) };
      case "unchanged":
        return { status: 304 };
      case "html":
        return { body: ["<!DOCTYPE html>\n<html><body>Please log in</body></html>\n"] };
      case "missing":
        return { status: 404 };
      case "failing":
        return { status: 503, headers: random.chance(0.5) ? { "retry-after": "2" } : {} };
      case "stalling":
        return { body: [head, SILENCE] };
      case "breaking":
        return { body: broken(head) };
      case "reset":
        return new HttpError("the connection was reset");
    }
  }
}

async function* whole(pieces: readonly string[], onEnd: () => void): AsyncGenerator<string> {
  yield* pieces.filter((piece) => piece !== "");
  await null;
  onEnd();
}

async function* broken(head: string): AsyncGenerator<string> {
  yield head;
  await null;
  throw new HttpError("the connection was reset");
}
