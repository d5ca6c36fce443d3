import { setting } from './setting.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** tokens.css writes every colour as light-dark(), so a theme is nothing but a color-scheme on the root. */
export const theme = setting<Theme>(
  'theme',
  THEMES,
  () => 'system',
  (value) => {
    document.documentElement.dataset.theme = value;
  },
);

/** Calls back when the colours change, by choice or by the system's own switch. Charts on canvas repaint then. */
export function onColoursChange(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}
