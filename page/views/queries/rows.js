import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer } from "../../base/answer.js";
import { liveNow } from "../../base/live.js";

/** @import { QueriesAnswer, QueryRow } from "../../../lib/web/api/answers.ts" */

/** No more than can be read; a table of thousands would take a browser's time. */
const SHOWN_MAX = 50;

/**
 * The rows to be shown: the newest and what is added to them, or a page of older ones.
 * @param {Readonly<Record<string, string>>} filters
 * @param {boolean} isHeld Nothing is to move.
 */
export function useRows(filters, isHeld) {
  const key = JSON.stringify(filters);
  const [before, setBefore] = useState({ key, cursor: /** @type {string | null} */ (null) });
  const cursor = before.key === key ? before.cursor : null;
  const asked = useAnswer("queries", { ...filters, limit: SHOWN_MAX, before: cursor });
  const page = /** @type {QueriesAnswer | null} */ (asked.answer);
  /** Newest first; what came while nothing was to move waits in here. */
  const [added, setAdded] = useState({ page, rows: /** @type {readonly QueryRow[]} */ ([]), waiting: 0, more: 0 });
  const late = useRef(/** @type {{ rows: readonly QueryRow[], count: number }} */ ({ rows: [], count: 0 }));
  const held = useRef(isHeld);
  held.current = isHeld;
  useEffect(() => {
    late.current = { rows: [], count: 0 };
    setAdded({ page, rows: [], waiting: 0, more: 0 });
    if (page === null || cursor !== null) return;
    return liveNow.follow((news) => {
      if (news === null || (news.rows.length === 0 && news.more === 0)) {
        if (!held.current) setAdded((now) => now.more === 0 ? now : { ...now, more: 0 });
        return;
      }
      late.current = {
        rows: [...news.rows, ...late.current.rows].slice(0, SHOWN_MAX),
        count: late.current.count + news.rows.length + news.more,
      };
      if (held.current) return setAdded((now) => ({ ...now, waiting: late.current.count }));
      const rows = late.current.rows;
      late.current = { rows: [], count: 0 };
      setAdded((now) => ({ ...now, rows: [...rows, ...now.rows].slice(0, SHOWN_MAX), waiting: 0, more: news.more }));
    });
  }, [page, cursor]);
  return {
    /** `null` before anything is known. */
    shown: page === null ? null : joined(added.page === page ? added.rows : [], page.rows),
    isNewest: cursor === null,
    waiting: added.waiting,
    more: added.more,
    next: page?.next ?? null,
    searchedBackToAtMs: page?.searchedBackToAtMs ?? null,
    error: asked.error,
    reload: asked.reload,
    older: () => setBefore({ key, cursor: page?.next ?? null }),
    newest: () => {
      setBefore({ key, cursor: null });
      asked.reload();
    },
  };
}

/** What is told by the stream may be on the page that was asked for as well. @param {readonly QueryRow[]} newer @param {readonly QueryRow[]} older */
function joined(newer, older) {
  const known = new Set();
  return [...newer, ...older].filter(({ id }) => !known.has(id) && known.add(id)).slice(0, SHOWN_MAX);
}
