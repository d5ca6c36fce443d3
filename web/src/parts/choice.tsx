import type { ReactNode } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { THEMES, theme } from '../theme.ts';
import { LANGUAGES, language, useWords } from '../words.ts';
import { LanguageIcon, ThemeIcon } from './icons.tsx';

interface Option<Value extends string> {
  value: Value;
  text: string;
  lang?: string;
}

/** A button that opens a short list of which one is chosen. */
function Choice<Value extends string>(props: {
  label: string;
  text: string;
  icon: ReactNode;
  options: Option<Value>[];
  chosen: Value;
  choose: (value: Value) => void;
}) {
  return (
    <MenuTrigger>
      <Button className="button plain" aria-label={`${props.label}: ${props.text}`}>
        {props.icon}
        <span className="button-text">{props.text}</span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu
          className="options"
          aria-label={props.label}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[props.chosen]}
          onAction={(key) => props.choose(key as Value)}
        >
          {props.options.map((option) => (
            <MenuItem key={option.value} id={option.value} className="option" textValue={option.text}>
              <span lang={option.lang}>{option.text}</span>
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

export function LanguageChoice() {
  const { t } = useWords();
  const chosen = language.use();
  // Each language is written in itself, so that it can be found by who cannot read the other.
  const options = LANGUAGES.map((value) => ({ value, text: t(`language.${value}`), lang: value }));
  return (
    <Choice
      label={t('language.label')}
      text={t(`language.${chosen}`)}
      icon={<LanguageIcon />}
      options={options}
      chosen={chosen}
      choose={language.set}
    />
  );
}

export function ThemeChoice() {
  const { t } = useWords();
  const chosen = theme.use();
  return (
    <Choice
      label={t('theme.label')}
      text={t(`theme.${chosen}`)}
      icon={<ThemeIcon />}
      options={THEMES.map((value) => ({ value, text: t(`theme.${value}`) }))}
      chosen={chosen}
      choose={theme.set}
    />
  );
}
