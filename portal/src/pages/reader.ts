/** Recipients read and answer here, with a key from a file that is opened on this device and sent nowhere. */
import {
  type Conversation,
  type Found,
  type Letter,
  Refusal,
  readFiles,
  readKeyFile,
  readQueue,
  Sending,
  sealAnswer,
} from '../../../src/reports/protocol/protocol.ts';
import type { App, View } from '../app.ts';
import { action, actions, button, h } from '../dom.ts';
import { choices, form, textArea, textInput } from '../fields.ts';

export function reader(app: App): View {
  const { t } = app;
  const file = h('input', { id: 'key-file', type: 'file', 'aria-describedby': 'key-file-hint' });
  let passphrase = '';
  const status = h('p', { role: 'status' });
  const submit = async (): Promise<void> => {
    const chosen = file.files?.[0];
    if (chosen === undefined) return app.refuse({ text: t('reader.choose'), field: 'key-file' });
    status.textContent = t('reader.opening');
    // The key derivation keeps the page busy for a second or two: first let it say so.
    await new Promise((resolve) => setTimeout(resolve, 50));
    try {
      const keys = await readKeyFile(await chosen.text(), 'recipient', passphrase);
      app.state.reader = { keys, queue: await openQueue(app, keys, status), id: undefined };
      app.replace('queue');
    } catch (error) {
      app.refuse({ text: app.said(error instanceof Refusal ? error.code : 'server'), field: 'passphrase' });
    }
  };
  const secret = textInput(app, {
    ...{ id: 'passphrase', label: t('reader.passphrase'), hint: t('reader.passphrase_hint') },
    onInput: (value) => {
      passphrase = value;
    },
  });
  secret.querySelector('input')?.setAttribute('type', 'password');
  const problem = app.problemOf('key-file');
  return {
    title: t('reader.title'),
    body: [
      form(
        t('return.go'),
        () => void submit(),
        h(
          'div',
          { class: problem ? 'field wrong' : 'field' },
          h('label', { for: 'key-file' }, t('reader.file')),
          h('p', { class: 'hint', id: 'key-file-hint' }, t('reader.file_hint')),
          problem ? h('p', { class: 'problem' }, problem) : false,
          file,
        ),
        secret,
      ),
      status,
    ],
  };
}

const openQueue = (app: App, keys: Parameters<typeof readQueue>[2], status: HTMLElement) =>
  readQueue(app.client, app.published, keys, {
    signal: new AbortController().signal,
    onProgress: (done, total) => {
      status.textContent = app.t('reader.progress', { done, total });
    },
  });

export function queue(app: App): View {
  const { t } = app;
  const { reader: state } = app.state;
  if (state === undefined) return reader(app);
  const today = new Date().toISOString().slice(0, 10);
  const due = ({ clocks }: Conversation): string => clocks.acknowledge ?? clocks.feedback ?? '9999';
  const sorted = [...state.queue.conversations].sort((a, b) => (due(a) < due(b) ? -1 : 1));
  const open = (id: string) => (): void => {
    state.id = id;
    app.go('reading');
  };
  const what = ({ clocks }: Conversation): string => {
    const by = clocks.acknowledge ?? clocks.feedback;
    if (by === undefined) return t('queue.answered');
    const text = t(clocks.acknowledge ? 'queue.acknowledge' : 'queue.feedback', { day: by });
    return by < today ? `${text} ${t('queue.overdue')}` : text;
  };
  const rows = sorted.map((one) => {
    const first = one.entries[0] as Found;
    const title = `${first.day} ${t(`door.${first.letter.door}`)} (${one.id})`;
    return h('div', {}, action(title, open(one.id)), h('p', { class: 'hint' }, what(one)));
  });
  const unsigned = state.queue.unsigned.map(({ day, text }) =>
    h('li', {}, `${day} `, h('span', { class: 'said' }, text)),
  );
  return {
    title: t('queue.title'),
    back: false,
    body: [
      rows.length > 0 ? actions(rows) : h('p', {}, t('queue.none')),
      ...(unsigned.length > 0 ? [h('h2', {}, t('queue.unsigned')), h('ul', {}, ...unsigned)] : []),
      h('p', { class: 'inset' }, t('queue.round')),
      button(t('reader.close'), () => [app.forget(), app.replace('start')], 'other'),
    ],
  };
}

export function reading(app: App): View {
  const { t } = app;
  const { reader: state, language } = app.state;
  const found = state?.queue.conversations.find(({ id }) => id === state.id);
  if (state === undefined || found === undefined) return queue(app);
  const { writers } = app.published;
  const entries = found.entries.map((entry) => {
    const by = writers.find(({ key }) => key === entry.writer);
    const name = by?.name[language] ?? t('reading.reporter');
    return h(
      'article',
      { class: by ? 'message theirs' : 'message' },
      h('h2', {}, name, ' ', h('time', { datetime: entry.day }, entry.day)),
      h('p', { class: 'said' }, entry.letter.kind === 'recusal' ? t('conversation.recusal') : entry.letter.text),
      entry.letter.files.length > 0 ? savable(app, entry) : false,
    );
  });
  return {
    title: t('reading.title', { id: found.id }),
    back: true,
    body: [...entries, h('h2', {}, t('reading.answer')), answerForm(app, found), recusal(app, found)],
  };
}

function savable(app: App, entry: Found): HTMLElement {
  const { keys } = app.state.reader as NonNullable<App['state']['reader']>;
  const save = (index: number) => async (): Promise<void> => {
    const file = (await readFiles(app.client, keys, entry.hash))[index];
    if (file === undefined) return;
    // Saved and never shown: what a stranger sent is not opened on this page.
    const content = new Blob([new Uint8Array(file.bytes)], { type: 'application/octet-stream' });
    const link = h('a', { href: URL.createObjectURL(content), download: file.name });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return actions(
    entry.letter.files.map(({ name }, index) => action(app.t('reading.save', { name }), () => void save(index)())),
  );
}

function answerForm(app: App, conversation: Conversation): HTMLElement {
  const { t } = app;
  let text = '';
  let kind: Letter['kind'] = conversation.clocks.acknowledge ? 'acknowledgement' : 'reply';
  const kinds = ['acknowledgement', 'reply', 'feedback'] as const;
  const submit = (): void => {
    if (text.trim() === '') app.refuse({ text: t('text.empty'), field: 'answer' });
    else void send(app, conversation, kind, text);
  };
  return form(
    t('check.send'),
    submit,
    textArea(app, {
      ...{ id: 'answer', label: t('reading.text'), hint: t('reading.text_hint'), rows: 8 },
      onInput: (value) => {
        text = value;
      },
    }),
    choices(app, {
      ...{ id: 'kind', legend: t('reading.kind'), type: 'radio' },
      items: kinds.map((each) => ({
        ...{ id: `kind-${each}`, label: t(`reading.${each}`), checked: each === kind },
        onChange: () => {
          kind = each;
        },
      })),
    }),
  );
}

function recusal(app: App, conversation: Conversation): HTMLElement {
  const { t } = app;
  return h(
    'details',
    {},
    h('summary', {}, t('reading.recuse')),
    h('p', {}, t('reading.recuse_text')),
    button(t('reading.recuse_go'), () => void send(app, conversation, 'recusal', ''), 'other'),
  );
}

let isSending = false;

async function send(app: App, conversation: Conversation, kind: Letter['kind'], text: string): Promise<void> {
  const { reader: state } = app.state;
  if (state === undefined || isSending) return;
  isSending = true;
  const status = h('p', { role: 'status', class: 'lead' }, app.t('sending.postage'));
  document.getElementById('content')?.append(status);
  try {
    const { sealed, tag } = await sealAnswer(app.published, state.keys, { conversation, kind, text });
    await new Sending(app.client, sealed, tag).run();
    status.textContent = app.t('reading.sent');
    app.replace('answered');
  } catch (error) {
    status.remove();
    const said = `${app.t('sending.not_sent')} ${app.said(error instanceof Refusal ? error.code : 'server')}`;
    app.refuse({ text: said, field: 'answer' });
  } finally {
    isSending = false;
  }
}

export function answered(app: App): View {
  const { t } = app;
  return {
    title: t('reading.sent'),
    back: false,
    body: [h('p', {}, t('reading.sent_text')), button(t('queue.title'), () => app.replace('queue'))],
  };
}
