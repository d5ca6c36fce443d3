import { keysOf, partsOf, Refusal, type Sealed, Sending, seal } from '../../../src/reports/protocol/protocol.ts';
import type { App, View } from '../app.ts';
import { button, h } from '../dom.ts';
import { readersOf } from './writing.ts';

/** The page that sends. It is drawn once; what happens is told in its live region. */
export function sending(app: App): View {
  const { t } = app;
  const status = h('p', { role: 'status', class: 'lead' }, t('sending.sealing'));
  const bar = h('progress', { max: '100', 'aria-label': t('sending.title') });
  const controls = h('div', {});
  queueMicrotask(() => void send(app, { status, bar, controls }));
  return { title: t('sending.title'), back: false, body: [status, bar, h('p', {}, t('sending.stay')), controls] };
}

interface Shown {
  readonly status: HTMLElement;
  readonly bar: HTMLProgressElement;
  readonly controls: HTMLElement;
}

let isRunning = false;
/** What is on the screen now: the page may be drawn again while the same message is under way. */
let latest: Shown;

async function send(app: App, shown: Shown): Promise<void> {
  latest = shown;
  if (isRunning) return;
  isRunning = true;
  try {
    if (app.isOffline) {
      const { sealed, tag } = await sealDraft(app);
      await save(app, sealed, tag);
    } else {
      app.state.sending ??= await newSending(app);
      app.state.sent = await app.state.sending.run({ onProgress: (done, total) => tell(app, done / total) });
    }
    app.replace('done');
  } catch (error) {
    fail(app, error, latest);
  } finally {
    isRunning = false;
  }
}

function tell({ t }: App, share: number): void {
  const { status, bar } = latest;
  if (share === 0) {
    status.textContent = t('sending.postage');
    return;
  }
  status.textContent = t('sending.under_way', { percent: Math.floor(share * 100) });
  bar.value = share * 100;
}

async function newSending(app: App): Promise<Sending> {
  const { sealed, tag } = await sealDraft(app);
  return new Sending(app.client, sealed, tag);
}

async function sealDraft(app: App): Promise<{ sealed: Sealed; tag: string }> {
  const { draft, opened, entropy, language } = app.state;
  const { manifest, hash } = app.published;
  if (opened === undefined && entropy === undefined) throw new Refusal('words', 'There are no words yet.');
  const keys = opened?.keys ?? (await keysOf(entropy ?? new Uint8Array(), manifest.suite));
  const to = readersOf(app);
  const named = draft.name?.trim() ? `${app.t('name.in_letter', { name: draft.name.trim() })}\n\n` : '';
  const sealed = await seal({
    letter: {
      ...{ v: 1, kind: opened === undefined ? 'report' : 'more', language, manifest: hash },
      door: opened?.messages.find(({ entry }) => entry)?.entry?.letter.door ?? draft.door,
      ...{ tag: keys.tag, reply_to: keys.recipient, to, text: named + draft.text },
    },
    attachments: draft.files,
    signer: keys.signer,
    recipients: [keys.recipient, ...manifest.recipients.filter(({ id }) => to.includes(id)).map(({ age }) => age)],
    ...{ suite: manifest.suite, slots: manifest.slots },
  });
  return { sealed, tag: keys.tag };
}

/** Without a connection: the sealed message becomes a file that any computer can send. */
async function save(app: App, sealed: Sealed, tag: string): Promise<void> {
  const parts: BlobPart[] = [`countersign-sealed/1 ${tag}\n`];
  for await (const part of partsOf(sealed.stream)) parts.push(new Uint8Array(part));
  const link = h('a', { href: URL.createObjectURL(new Blob(parts)), download: 'report.sealed' });
  link.click();
  app.state.sent = { hash: '', day: '' };
}

/** Says clearly that nothing has been sent, and offers to go on where it stopped. */
function fail(app: App, error: unknown, { status, controls, bar }: Shown): void {
  const { t } = app;
  const code = error instanceof Refusal ? error.code : 'server';
  // What the server no longer knows has to be sealed anew; what broke off goes on.
  if (code !== 'connection') app.state.sending = undefined;
  bar.hidden = true;
  status.textContent = '';
  status.append(
    h('span', { class: 'problems', role: 'alert' }, h('strong', {}, t('sending.not_sent')), ' ', app.said(code)),
  );
  controls.replaceChildren(button(t('sending.again'), () => app.show('sending')));
}
