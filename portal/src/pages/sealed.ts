/** Sending a file that was sealed elsewhere: with the offline page, with `countersign seal`, or with plain `age`. */
import { bytesToHex, randomBytes } from '@noble/hashes/utils.js';
import { type Sealed, Sending, sealedSizes } from '../../../src/reports/protocol/protocol.ts';
import type { App, View } from '../app.ts';
import { h } from '../dom.ts';
import { form } from '../fields.ts';

const LINE = /^countersign-sealed\/1 ([0-9a-f]{64})\n/;

export function sealed(app: App): View {
  const { t } = app;
  const input = h('input', { id: 'sealed', type: 'file', 'aria-describedby': 'sealed-hint' });
  const submit = async (): Promise<void> => {
    const file = input.files?.[0];
    const ready = file === undefined ? undefined : await readSealed(app, file);
    if (ready === undefined) return app.refuse({ text: t('sealed.wrong'), field: 'sealed' });
    app.state.sending = new Sending(app.client, ready.sealed, ready.tag);
    app.go('sending');
  };
  const problem = app.problemOf('sealed');
  return {
    title: t('sealed.title'),
    body: [
      form(
        t('check.send'),
        () => void submit(),
        h(
          'div',
          { class: problem ? 'field wrong' : 'field' },
          h('label', { for: 'sealed' }, t('sealed.label')),
          h('p', { class: 'hint', id: 'sealed-hint' }, t('sealed.hint')),
          problem ? h('p', { class: 'problem' }, problem) : false,
          input,
        ),
      ),
    ],
  };
}

async function readSealed(app: App, file: File): Promise<{ sealed: Sealed; tag: string } | undefined> {
  const start = new TextDecoder('latin1').decode(await file.slice(0, 100).arrayBuffer());
  const [line = '', tag = bytesToHex(randomBytes(32))] = LINE.exec(start) ?? [];
  const content = file.slice(line.length);
  const { suite, slots } = app.published.manifest;
  if (!sealedSizes(suite, slots).includes(content.size)) return undefined;
  return { tag, sealed: { size: content.size, stream: content.stream() } };
}
