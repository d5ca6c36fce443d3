import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';

/** One of two or three, side by side. */
export function Toggle<Value extends string>(props: {
  label: string;
  options: { value: Value; text: string }[];
  chosen: Value;
  choose: (value: Value) => void;
}) {
  return (
    <ToggleButtonGroup
      className="toggles no-print"
      aria-label={props.label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[props.chosen]}
      onSelectionChange={(keys) => {
        const chosen = props.options.find(({ value }) => keys.has(value));
        if (chosen !== undefined) props.choose(chosen.value);
      }}
    >
      {props.options.map(({ value, text }) => (
        <ToggleButton key={value} id={value} className="button toggle">
          {text}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
