/** Coming back with the words: answers, the proof, and writing more. */
import {
  checkInclusion,
  deletionLeafOf,
  keysOf,
  type ListedMessage,
  leafOf,
  ownMessages,
  Refusal,
  readWords,
} from '../../../src/reports/protocol/protocol.ts';
import type { App, View } from '../app.ts';
import { action, button, h } from '../dom.ts';
import { form, textArea } from '../fields.ts';
import { emptyDraft, type Opened } from '../state.ts';

export function comeBack(app: App): View {
  const { t } = app;
  let typed = '';
  let isOpening = false;
  const submit = async (): Promise<void> => {
    if (isOpening) return;
    isOpening = true;
    try {
      const opened = await openConversation(app, typed);
      app.state.opened = opened;
      app.state.draft = emptyDraft();
      app.replace('conversation');
    } catch (error) {
      app.refuse({ text: app.said(error instanceof Refusal ? error.code : 'server'), field: 'words' });
    }
  };
  return {
    title: t('return.title'),
    body: [
      form(
        t('return.go'),
        () => void submit(),
        textArea(app, {
          ...{ id: 'words', label: t('return.label'), hint: t('return.hint'), rows: 3 },
          onInput: (value) => {
            typed = value;
          },
        }),
      ),
      h('details', {}, h('summary', {}, t('return.lost')), h('p', {}, t('return.lost_text'))),
    ],
  };
}

async function openConversation(app: App, typed: string): Promise<Opened> {
  const { manifest } = app.published;
  const keys = await keysOf(readWords(typed), manifest.suite);
  const messages = await ownMessages(app.client, app.published, keys);
  if (messages.length === 0) throw new Refusal('lost', 'There is nothing under these words.');
  return { keys, messages };
}

export function conversation(app: App): View {
  const { t } = app;
  const { opened, language } = app.state;
  if (opened === undefined) return { ...comeBack(app) };
  const { writers } = app.published;
  const rows = opened.messages.map(({ listed, entry }) => {
    const recipient = writers.find(({ key }) => key === entry?.writer);
    const from = recipient?.name[language] ?? t('conversation.you');
    const what = entry === undefined ? t(listed.deleted ? 'conversation.deleted' : 'conversation.foreign') : from;
    return h(
      'article',
      { class: recipient ? 'message theirs' : 'message' },
      h('h2', {}, what, ' ', h('time', { datetime: listed.day }, listed.day)),
      entry
        ? h('p', { class: 'said' }, entry.letter.kind === 'recusal' ? t('conversation.recusal') : entry.letter.text)
        : false,
      entry && entry.letter.files.length > 0
        ? h('p', {}, t('conversation.files', { names: entry.letter.files.map((file) => file.name).join(', ') }))
        : false,
      h('p', { class: 'proof' }, proofText(app, listed)),
      h('details', {}, h('summary', {}, t('conversation.proof_details')), h('p', {}, h('code', {}, details(listed)))),
    );
  });
  return {
    title: t('conversation.title'),
    back: false,
    body: [
      ...rows,
      button(t('conversation.more'), () => app.go('text')),
      h(
        'p',
        {},
        action(t('conversation.close'), () => [app.forget(), app.replace('start')]),
      ),
    ],
  };
}

/** What the ledger says, checked here and not believed. */
function proofText({ t }: App, { hash, proof, deleted, keep }: ListedMessage): string {
  if (proof === null) return t('conversation.proof_later');
  try {
    checkInclusion(leafOf(hash), proof);
    if (deleted === null) return t('conversation.proof_good', { leaf: proof.index, size: proof.size, keep });
    checkInclusion(deletionLeafOf(hash), deleted.proof);
    return t('conversation.proof_deleted', { day: deleted.day, leaf: deleted.proof.index });
  } catch {
    return t('conversation.proof_bad');
  }
}

function details({ hash, proof }: ListedMessage): string {
  return proof === null ? hash : `${hash}\nroot ${proof.root}\n${proof.checkpoint}`;
}
