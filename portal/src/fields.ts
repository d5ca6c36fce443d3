/** Form fields in the manner of a public service: label, hint, the problem above the field, one main button. */
import type { App } from './app.ts';
import { button, h } from './dom.ts';

interface FieldOptions {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly value?: string;
  readonly rows?: number;
  readonly onInput?: (value: string) => void;
}

function described(id: string, hint: string | undefined, problem: string | undefined): string | undefined {
  const ids = [hint ? `${id}-hint` : '', problem ? `${id}-problem` : ''].filter(Boolean).join(' ');
  return ids === '' ? undefined : ids;
}

function around(app: App, { id, label, hint }: FieldOptions, control: HTMLElement): HTMLElement {
  const problem = app.problemOf(id);
  return h(
    'div',
    { class: problem ? 'field wrong' : 'field' },
    h('label', { for: id }, label),
    hint ? h('p', { class: 'hint', id: `${id}-hint` }, hint) : false,
    problem
      ? h(
          'p',
          { class: 'problem', id: `${id}-problem` },
          h('span', { class: 'hidden' }, app.t('problem.short')),
          ` ${problem}`,
        )
      : false,
    control,
  );
}

/** Nothing typed here may reach the browser's memory of forms, its spelling service, or a password manager. */
const PRIVATE = { autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off', 'data-1p-ignore': true } as const;

export function textArea(app: App, options: FieldOptions): HTMLElement {
  const { id, hint, rows = 12, value = '', onInput } = options;
  const area = h('textarea', {
    ...{ id, rows: String(rows), ...PRIVATE, 'aria-describedby': described(id, hint, app.problemOf(id)) },
    'aria-invalid': app.problemOf(id) ? 'true' : undefined,
    input: () => onInput?.(area.value),
  });
  area.value = value;
  return around(app, options, area);
}

export function textInput(app: App, options: FieldOptions): HTMLElement {
  const { id, hint, value = '', onInput } = options;
  const input = h('input', {
    ...{ id, type: 'text', ...PRIVATE, 'aria-describedby': described(id, hint, app.problemOf(id)) },
    'aria-invalid': app.problemOf(id) ? 'true' : undefined,
    input: () => onInput?.(input.value),
  });
  input.value = value;
  return around(app, options, input);
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** Shown below it. */
  readonly inside?: HTMLElement | undefined;
}

export function choices(
  app: App,
  {
    id,
    legend,
    hint,
    type,
    items,
  }: { id: string; legend: string; hint?: string; type: 'radio' | 'checkbox'; items: readonly Choice[] },
): HTMLElement {
  const problem = app.problemOf(items[0]?.id ?? id);
  const rows = items.map((item) => {
    const input = h('input', { id: item.id, type, name: id, change: () => item.onChange(input.checked) });
    input.checked = item.checked;
    return h('div', { class: 'choice' }, input, h('label', { for: item.id }, item.label), item.inside);
  });
  return h(
    'fieldset',
    { class: problem ? 'field wrong' : 'field', 'aria-describedby': described(id, hint, problem) },
    h('legend', {}, legend),
    hint ? h('p', { class: 'hint', id: `${id}-hint` }, hint) : false,
    problem ? h('p', { class: 'problem', id: `${id}-problem` }, problem) : false,
    ...rows,
  );
}

/** A form that is never sent by the browser: Enter and the button do the same. */
export function form(
  label: string,
  onSubmit: () => void,
  ...fields: readonly (Node | false | undefined)[]
): HTMLElement {
  const submit = button(label, () => {});
  submit.type = 'submit';
  const element = h(
    'form',
    { novalidate: true, submit: (event) => [event.preventDefault(), onSubmit()] },
    ...fields,
    submit,
  );
  return element;
}
