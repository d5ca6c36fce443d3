import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';

/** One of a list, with a label above. */
export function SelectField<Value extends string>(props: {
  label: string;
  options: { value: Value; text: string }[];
  chosen: Value;
  choose: (value: Value) => void;
  className?: string;
}) {
  return (
    <Select
      className={`field ${props.className ?? ''}`}
      value={props.chosen}
      onChange={(key) => props.choose(key as Value)}
    >
      <Label>{props.label}</Label>
      <Button className="button select">
        <SelectValue className="select-text" />
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
