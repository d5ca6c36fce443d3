/** The words, and what follows when they have been kept. */
import { newEntropy, wordsOf } from '../../../src/reports/protocol/protocol.ts';
import type { App, View } from '../app.ts';
import { action, button, h, list } from '../dom.ts';
import { form, textInput } from '../fields.ts';

export function words(app: App): View {
  const { t } = app;
  const { language, kept } = app.state;
  if (app.state.draft.text.trim() === '') return expired(app);
  if (kept) return { title: t('words.kept'), body: [button(t('check.send'), () => app.go('sending'))] };
  app.state.entropy ??= newEntropy();
  const all = wordsOf(app.state.entropy, language);
  let typed = '';
  const confirm = (): void => {
    const letters = (text: string): string =>
      text
        .normalize('NFKD')
        .toLowerCase()
        .replaceAll(/[\s,.;、，。]+/g, '');
    if (letters(typed) === letters(all.slice(-2).join(''))) {
      app.state.kept = true;
      app.replace('sending');
    } else app.refuse({ text: t('words.wrong'), field: 'last-two' });
  };
  const discard = (): void => {
    app.forget();
    app.replace('start');
  };
  return {
    title: t('words.title'),
    back: false,
    body: [
      h('p', { class: 'lead' }, t('words.lead')),
      h('ol', { class: 'words', translate: 'no' }, ...all.map((word) => h('li', {}, word))),
      list([t('words.paper'), t('words.lost'), t('words.who'), t('words.language')]),
      form(
        t(app.isOffline ? 'words.save' : 'words.send'),
        confirm,
        textInput(app, {
          id: 'last-two',
          label: t('words.type'),
          hint: t('words.type_hint'),
          onInput: (value) => {
            typed = value;
          },
        }),
      ),
      h('p', {}, t('words.not_yet'), ' ', action(t('words.discard'), discard)),
    ],
  };
}

/** Reached by the browser's way forward, when what was written is gone. */
function expired(app: App): View {
  const { t } = app;
  return {
    title: t('expired.title'),
    body: [h('p', {}, t('expired.text')), button(t('nav.start'), () => app.replace('start'))],
  };
}

export function done(app: App): View {
  const { t } = app;
  const { sent, opened } = app.state;
  const { acknowledge_days: days, feedback_months: months } = app.published.manifest;
  if (sent === undefined) return expired(app);
  const isReport = opened === undefined;
  return {
    title: t(app.isOffline ? 'done.saved' : 'done.title'),
    back: false,
    body: [
      h('p', { class: 'lead' }, t(app.isOffline ? 'done.saved_lead' : 'done.lead')),
      h('h2', {}, t('done.next')),
      list([
        ...(app.isOffline ? [t('done.saved_next')] : []),
        t('done.round'),
        ...(isReport ? [t('before.acknowledge', { days }), t('before.feedback', { months }), t('done.return')] : []),
        t('done.proof'),
      ]),
      h('details', {}, h('summary', {}, t('done.hash')), h('p', {}, h('code', {}, sent.hash))),
      button(t('done.finish'), () => [app.forget(), location.replace('about:blank')]),
    ],
  };
}
