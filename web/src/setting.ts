import { useSyncExternalStore } from 'react';

/** A choice of this browser, kept in localStorage; when storage is refused it lasts as long as the page. */
export interface Setting<Value extends string> {
  get(): Value;
  set(value: Value): void;
  use(): Value;
}

export function setting<Value extends string>(
  name: string,
  allowed: readonly Value[],
  initial: () => Value,
  apply: (value: Value) => void = () => {},
): Setting<Value> {
  const key = `countersign.${name}`;
  const listeners = new Set<() => void>();
  let value = read(key, allowed) ?? initial();
  apply(value);
  const get = () => value;
  return {
    get,
    set(next) {
      value = next;
      try {
        localStorage.setItem(key, next);
      } catch {
        // Storage may be switched off: the choice then lasts until the page is left.
      }
      apply(next);
      for (const listener of listeners) listener();
    },
    use: () =>
      useSyncExternalStore((listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      }, get),
  };
}

function read<Value extends string>(key: string, allowed: readonly Value[]): Value | undefined {
  try {
    const stored = localStorage.getItem(key);
    return allowed.find((value) => value === stored);
  } catch {
    return undefined;
  }
}
