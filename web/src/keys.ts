import { useEffect, useRef } from 'react';
import { setting } from './setting.ts';

/** Single-key shortcuts can be switched off (they get in the way of speech input, WCAG 2.1.4). */
export const shortcuts = setting<'on' | 'off'>('shortcuts', ['on', 'off'], () => 'on');

const TYPING = 'input, textarea, select, [contenteditable], [role="listbox"], [role="menu"], [role="combobox"]';

/** Whether a key press is meant as a shortcut: nothing is being typed, nothing modal is open, no modifier is held. */
function isShortcut(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return false;
  if (shortcuts.get() === 'off' || document.querySelector('[role="dialog"]') !== null) return false;
  return !(event.target instanceof Element && event.target.closest(TYPING) !== null);
}

/**
 * Page-wide keys: `{ j: …, 'g l': … }`. A two-key sequence must be finished within 1.2 s.
 * The handlers may change at every render; the listener stays.
 */
export function useKeys(handlers: Record<string, () => void>): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    let first = '';
    let timer = 0;
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event)) return;
      const sequence = first === '' ? event.key : `${first} ${event.key}`;
      const act = latest.current[sequence] ?? latest.current[event.key];
      clearTimeout(timer);
      first = '';
      if (act !== undefined) {
        event.preventDefault();
        act();
        return;
      }
      if (Object.keys(latest.current).some((keys) => keys.startsWith(`${event.key} `))) {
        first = event.key;
        timer = window.setTimeout(() => {
          first = '';
        }, 1200);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('keydown', onKey);
    };
  }, []);
}
