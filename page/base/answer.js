import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get } from "./api.js";
import { gaps } from "./live.js";
import { useStore } from "./store.js";

/**
 * What a route of the API says.
 * @template T
 * @typedef {object} Answer
 * @property {T | null} answer The last one, even when there is no newer one.
 * @property {unknown} error Why there is no newer one; `null` when nothing is wrong.
 * @property {() => void} reload Asks now.
 * @property {(answer: T) => void} set Puts another in its place: what a change has answered.
 */

/**
 * Asks for it, and again every so often while somebody looks.
 * @template T
 * @param {string | null} path `null` asks for nothing.
 * @param {Readonly<Record<string, string | number | boolean | null>>} [parameters]
 * @param {number} [everyMs] 0 asks once.
 * @returns {Answer<T>}
 */
export function useAnswer(path, parameters = {}, everyMs = 0) {
  const [{ answer, error }, set] = useState(
    /** @type {{ answer: T | null, error: unknown }} */ ({
      answer: null,
      error: null,
    }),
  );
  const [turn, setTurn] = useState(0);
  const gap = useStore(gaps);
  const key = JSON.stringify([path, parameters]);
  const keyBefore = useRef(key);
  useEffect(() => {
    if (path === null) return;
    // Something else is asked for: what was said before is not about it.
    if (keyBefore.current !== key) set({ answer: null, error: null });
    keyBefore.current = key;
    const aborting = new AbortController();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const ask = async () => {
      if (!document.hidden) {
        try {
          const answer = await get(path, parameters, aborting.signal);
          if (!aborting.signal.aborted) set({ answer, error: null });
        } catch (error) {
          if (!aborting.signal.aborted) set((before) => ({ ...before, error }));
        }
      }
      if (everyMs > 0 && !aborting.signal.aborted) timer = setTimeout(ask, everyMs);
    };
    ask();
    return () => {
      aborting.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, turn, gap]);
  return {
    answer: keyBefore.current === key ? answer : null,
    error,
    reload: useCallback(() => setTurn((turn) => turn + 1), []),
    set: useCallback((answer) => set({ answer, error: null }), []),
  };
}

/**
 * Something that is done when it is asked for, once at a time.
 * @template A
 * @param {(argument: A) => Promise<unknown>} act
 * @returns {{ isBusy: boolean, error: unknown, run: (argument: A) => Promise<boolean>, forget: () => void }}
 */
export function useAction(act) {
  const [{ isBusy, error }, set] = useState({ isBusy: false, error: /** @type {unknown} */ (null) });
  return {
    isBusy,
    error,
    run: async (argument) => {
      set({ isBusy: true, error: null });
      try {
        await act(argument);
        set({ isBusy: false, error: null });
        return true;
      } catch (error) {
        set({ isBusy: false, error });
        return false;
      }
    },
    forget: () => set({ isBusy: false, error: null }),
  };
}
