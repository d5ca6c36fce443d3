/** What somebody must know before the first question: who reads it, what is promised and what is not. */
import type { App, View } from '../app.ts';
import { button, h, list } from '../dom.ts';

interface PromiseText {
  readonly title: string;
  readonly introduction: string;
  readonly ladder: readonly { readonly if: string; readonly promise: string }[];
  readonly limits: readonly string[];
  readonly not_promised: readonly string[];
}

export function before(app: App): View {
  const { t } = app;
  const { draft, language } = app.state;
  const { manifest, promise } = app.published;
  const names = manifest.recipients.map(({ name }) => name[language]);
  const text = JSON.parse(promise[language]) as PromiseText;
  const isSelf = draft.door === 'self';
  return {
    title: t(`before.${draft.door}`),
    body: [
      ...(isSelf ? ladder(app, text) : [h('p', { class: 'lead' }, t('before.seen_lead'))]),
      h('h2', {}, t('before.readers')),
      h('p', {}, t('before.readers_text')),
      list(names),
      h('h2', {}, t('before.next')),
      list([
        t('before.acknowledge', { days: manifest.acknowledge_days }),
        t('before.feedback', { months: manifest.feedback_months }),
        t('before.keep', { days: manifest.keep_days }),
        t('before.pointer'),
      ]),
      h('h2', {}, t('before.not_promised')),
      list(text.not_promised),
      button(t('before.go'), () => app.go('text')),
    ],
  };
}

function ladder({ t }: App, text: PromiseText): HTMLElement[] {
  const rungs = text.ladder.flatMap((rung) => [h('dt', {}, rung.if), h('dd', {}, rung.promise)]);
  return [
    h('p', { class: 'lead' }, text.introduction),
    h('h2', {}, text.title),
    h('dl', { class: 'ladder' }, ...rungs),
    h('h2', {}, t('before.limits')),
    list(text.limits),
    h('p', { class: 'hint' }, t('before.signed')),
  ];
}
