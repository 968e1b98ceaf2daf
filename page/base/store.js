import { useEffect, useState } from "preact/hooks";

/**
 * A value that others are told about when it changes.
 * @template T
 */
export class Store {
  /** @param {T} value */
  constructor(value) {
    this.value = value;
    /** @type {Set<(value: T) => void>} */
    this.followers = new Set();
  }

  /** @param {T} value */
  set(value) {
    if (value === this.value) return;
    this.value = value;
    for (const follow of [...this.followers]) follow(value);
  }

  /** @param {(value: T) => void} follow @returns {() => void} */
  follow(follow) {
    this.followers.add(follow);
    return () => void this.followers.delete(follow);
  }
}

/**
 * The value of a store; whoever uses it is drawn again when it changes.
 * @template T
 * @param {Store<T>} store
 * @returns {T}
 */
export function useStore(store) {
  const [value, setValue] = useState(store.value);
  useEffect(() => {
    setValue(() => store.value);
    return store.follow((next) => setValue(() => next));
  }, [store]);
  return value;
}
