import { Button, Label, ListBox, ListBoxItem, Popover, Select } from 'react-aria-components';

/** One of a list, with a label above. */
export function SelectField<Value extends string>(props: {
  label: string;
  options: { value: Value; text: string }[];
  chosen: Value;
  choose: (value: Value) => void;
  className?: string;
}) {
  const text = props.options.find((option) => option.value === props.chosen)?.text ?? props.chosen;
  return (
    <Select
      className={`field ${props.className ?? ''}`}
      value={props.chosen}
      onChange={(key) => props.choose(key as Value)}
    >
      <Label>{props.label}</Label>
      <Button className="button select">
        <span className="select-text">{text}</span>
        <svg viewBox="0 0 12 12" aria-hidden="true">
          <path d="M2.5 4.5 6 8l3.5-3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
        </svg>
      </Button>
      <Popover className="popover" placement="bottom start">
        <ListBox className="options">
          {props.options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} className="option" textValue={option.text}>
              <span>{option.text}</span>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
