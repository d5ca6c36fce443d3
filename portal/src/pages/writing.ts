/** The questions, one a page: free text first, then what is optional. */
import { audience, MOST_CHARACTERS, MOST_FILE_BYTES, MOST_FILES } from '../../../src/reports/protocol/protocol.ts';
import type { App, View } from '../app.ts';
import { action, button, h } from '../dom.ts';
import { choices, form, textArea, textInput } from '../fields.ts';

export function text(app: App): View {
  const { t } = app;
  const { draft, opened } = app.state;
  const next = (): void => {
    if (draft.text.trim() === '') app.refuse({ text: t('text.empty'), field: 'text' });
    else if (draft.text.length > MOST_CHARACTERS - 300) app.refuse({ text: t('text.long'), field: 'text' });
    else app.go(opened === undefined ? 'name' : 'files');
  };
  const key = opened === undefined ? draft.door : 'more';
  return {
    title: t(`text.${key}`),
    body: [
      form(
        t('nav.continue'),
        next,
        textArea(app, {
          id: 'text',
          label: t('text.label'),
          hint: t(`text.${key}_hint`),
          value: draft.text,
          onInput: (value) => {
            draft.text = value;
          },
        }),
      ),
    ],
  };
}

export function name(app: App): View {
  const { t } = app;
  const { draft } = app.state;
  const next = (): void => {
    if (draft.name === undefined) app.refuse({ text: t('name.choose'), field: 'name-anonymous' });
    else if (draft.name.trim() === '' && isNaming) app.refuse({ text: t('name.empty'), field: 'name' });
    else app.go('files');
  };
  let isNaming = draft.name !== undefined && draft.name !== '';
  const inside = textInput(app, {
    id: 'name',
    label: t('name.label'),
    hint: t('name.label_hint'),
    value: draft.name ?? '',
    onInput: (value) => {
      draft.name = value;
    },
  });
  inside.hidden = !isNaming;
  const choose = (named: boolean) => (): void => {
    isNaming = named;
    inside.hidden = !named;
    draft.name = '';
  };
  return {
    title: t('name.title'),
    body: [
      form(
        t('nav.continue'),
        next,
        choices(app, {
          ...{ id: 'name-choice', legend: t('name.legend'), hint: t('name.hint'), type: 'radio' },
          items: [
            { id: 'name-anonymous', label: t('name.anonymous'), checked: draft.name === '', onChange: choose(false) },
            { id: 'name-given', label: t('name.given'), checked: isNaming, onChange: choose(true), inside },
          ],
        }),
      ),
    ],
  };
}

const size = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

export function files(app: App): View {
  const { t } = app;
  const { draft, opened } = app.state;
  const input = h('input', {
    ...{ id: 'files', type: 'file', multiple: true, 'aria-describedby': 'files-hint' },
    change: () => add(),
  });
  const add = (): void => {
    const chosen = [...draft.files, ...(input.files ?? [])];
    const large = chosen.find((file) => file.size > MOST_FILE_BYTES);
    if (large) app.refuse({ text: t('files.large', { name: large.name }), field: 'files' });
    else if (chosen.length > MOST_FILES) app.refuse({ text: t('files.many', { most: MOST_FILES }), field: 'files' });
    else {
      draft.files = chosen;
      app.redraw();
      document.getElementById('files')?.focus();
    }
  };
  const remove = (file: File) => (): void => {
    draft.files = draft.files.filter((one) => one !== file);
    app.redraw();
    document.getElementById('files')?.focus();
  };
  const rows = draft.files.map((file) =>
    h('li', {}, `${file.name} (${size(file.size)}) `, action(t('files.remove', { name: file.name }), remove(file))),
  );
  const problem = app.problemOf('files');
  return {
    title: t('files.title'),
    body: [
      h('p', {}, t('files.optional')),
      h('p', { class: 'inset' }, t('files.inside')),
      form(
        t('nav.continue'),
        () => app.go(opened === undefined ? 'exclude' : 'check'),
        h(
          'div',
          { class: problem ? 'field wrong' : 'field' },
          h('label', { for: 'files' }, t('files.label')),
          h('p', { class: 'hint', id: 'files-hint' }, t('files.hint', { most: MOST_FILES })),
          problem ? h('p', { class: 'problem' }, problem) : false,
          input,
          rows.length > 0 ? h('ul', { class: 'files' }, ...rows) : false,
        ),
      ),
    ],
  };
}

export function exclude(app: App): View {
  const { t } = app;
  const { draft, language } = app.state;
  const { recipients } = app.published.manifest;
  const next = (): void => {
    if (draft.exclude.size >= recipients.length)
      app.refuse({ text: t('exclude.all'), field: `exclude-${recipients[0]?.id}` });
    else app.go('check');
  };
  return {
    title: t('exclude.title'),
    body: [
      form(
        t('nav.continue'),
        next,
        choices(app, {
          ...{ id: 'exclude', legend: t('exclude.legend'), hint: t('exclude.hint'), type: 'checkbox' },
          items: recipients.map(({ id, name: title }) => ({
            id: `exclude-${id}`,
            label: title[language],
            checked: draft.exclude.has(id),
            onChange: (checked) => {
              if (checked) draft.exclude.add(id);
              else draft.exclude.delete(id);
            },
          })),
        }),
      ),
    ],
  };
}

/** Ids of who will read the draft. */
export function readersOf(app: App): string[] {
  const { draft, opened } = app.state;
  const { manifest } = app.published;
  if (opened === undefined) return manifest.recipients.map(({ id }) => id).filter((id) => !draft.exclude.has(id));
  return audience(
    opened.messages.flatMap(({ entry }) => entry ?? []),
    manifest,
  );
}

export function check(app: App): View {
  const { t } = app;
  const { draft, opened, language } = app.state;
  const readers = readersOf(app);
  const names = app.published.manifest.recipients
    .filter(({ id }) => readers.includes(id))
    .map((one) => one.name[language]);
  const row = (
    label: string,
    value: string,
    step: 'text' | 'name' | 'files' | 'exclude' | undefined,
  ): HTMLElement[] => [
    h('dt', {}, label),
    h('dd', { class: 'said' }, value),
    h(
      'dd',
      { class: 'change' },
      step
        ? action(h('span', {}, t('check.change'), h('span', { class: 'hidden' }, ` ${label}`)), () => app.go(step))
        : '',
    ),
  ];
  return {
    title: t('check.title'),
    body: [
      h(
        'dl',
        { class: 'summary' },
        ...row(t('text.label'), draft.text, 'text'),
        ...(opened === undefined ? row(t('check.name'), draft.name || t('name.anonymous'), 'name') : []),
        ...row(t('check.files'), draft.files.map((file) => file.name).join(', ') || t('check.none'), 'files'),
        ...row(t('check.readers'), names.join(', '), opened === undefined ? 'exclude' : undefined),
      ),
      h('p', {}, t(opened === undefined ? 'check.next' : 'check.next_more')),
      button(t(opened === undefined ? 'check.go' : 'check.send'), () =>
        app.go(opened === undefined ? 'words' : 'sending'),
      ),
    ],
  };
}
