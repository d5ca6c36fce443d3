/** Line drawings of the tools; they always stand beside a word or an accessible name, so they are hidden from readers. */
function Icon({ path }: { path: string }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}

export const LanguageIcon = () => (
  <Icon path="M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 0 0 0-15ZM2.5 10h15M10 2.5c2.6 2.3 3.2 4.8 3.2 7.5s-.6 5.2-3.2 7.5c-2.6-2.3-3.2-4.8-3.2-7.5s.6-5.2 3.2-7.5Z" />
);
export const ThemeIcon = () => (
  <Icon path="M10 3a7 7 0 1 0 0 14a7 7 0 0 0 0-14ZM10 3v14M10 6.5l5.5-.5M10 10h7M10 13.5l5.5.5" />
);
export const AccountIcon = () => (
  <Icon path="M10 10.5a3.5 3.5 0 1 0 0-7a3.5 3.5 0 0 0 0 7ZM3.5 17c.8-2.7 3.3-4 6.5-4s5.7 1.3 6.5 4" />
);
export const KeysIcon = () => (
  <Icon path="M2.5 5.5h15v9h-15ZM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.7h7" />
);

/** A split tally: two halves that only fit each other, the oldest way of countersigning. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path className="upper" d="M3 2h18v8.2l-4.5 3.6-4.5-3.6-4.5 3.6L3 10.2Z" />
      <path className="lower" d="M3 13.2l4.5 3.6 4.5-3.6 4.5 3.6 4.5-3.6V22H3Z" />
    </svg>
  );
}
