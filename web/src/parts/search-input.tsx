import { useEffect, useRef, useState } from 'react';
import { Input, Label, SearchField } from 'react-aria-components';

/** Typing is shown at once and goes into the address, and so to the server, after a short rest. */
export function SearchInput(props: {
  id: string;
  label: string;
  placeholder?: string;
  value: string;
  change: (value: string) => void;
  leave: () => void;
}) {
  const [typed, setTyped] = useState(props.value);
  const sent = useRef(props.value);
  const { value, change } = props;
  useEffect(() => {
    // The address changed by another way (back, clear): the field follows.
    if (value !== sent.current) {
      sent.current = value;
      setTyped(value);
    }
  }, [value]);
  useEffect(() => {
    if (typed.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed.trim();
      change(sent.current);
    }, 250);
    return () => clearTimeout(timer);
  }, [typed, change]);
  return (
    <SearchField
      className="field filters-search"
      value={typed}
      onChange={setTyped}
      onSubmit={props.leave}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && typed === '') props.leave();
      }}
    >
      <Label>{props.label}</Label>
      <Input id={props.id} {...(props.placeholder === undefined ? {} : { placeholder: props.placeholder })} />
    </SearchField>
  );
}
