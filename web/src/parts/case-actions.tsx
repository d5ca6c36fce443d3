import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Group } from 'react-aria-components';
import { ask } from '../api.ts';
import { type CaseStory, colleaguesQuery, fileOf, takeStep } from '../cases.ts';
import { queryClient } from '../client.ts';
import { useWords } from '../words.ts';
import { FormDialog, type Values } from './form-dialog.tsx';
import { fieldsOf, stepOf } from './step-form.ts';

/** The steps of these kinds that the viewer may take now, each as a button that asks for what it needs. */
export function Actions({ story, kinds }: { story: CaseStory; kinds: string[] }) {
  const { t, name } = useWords();
  const [asking, setAsking] = useState<string>();
  const may = kinds.filter((kind) => story.next.includes(kind));
  if (may.length === 0) return null;
  return (
    <Group className="actions no-print" aria-label={t('case.actions')}>
      {may.map((kind) => (
        <Button key={kind} className="button" onPress={() => setAsking(kind)}>
          {name('take', kind)}
        </Button>
      ))}
      {asking !== undefined && <StepDialog kind={asking} story={story} close={() => setAsking(undefined)} />}
    </Group>
  );
}

function StepDialog({ kind, story, close }: { kind: string; story: CaseStory; close: () => void }) {
  const words = useWords();
  const { data } = useQuery({ ...colleaguesQuery(story.id), enabled: kind === 'admit' });
  if (kind === 'admit' && data === undefined) return null;
  const submit = async (values: Values) => {
    const file = values.file instanceof File ? values.file : undefined;
    const bytes = file && new Uint8Array(await file.arrayBuffer());
    const sha256 = bytes === undefined ? values.sha256 : await hashOf(bytes);
    await takeStep(story.id, stepOf(kind, { ...values, sha256 }));
    if (bytes !== undefined) await keep(story.id, `E${story.evidence.length + 1}`, bytes);
    await queryClient.invalidateQueries({ queryKey: ['case', story.id] });
    void queryClient.invalidateQueries({ queryKey: ['cases'] });
  };
  return (
    <FormDialog
      title={words.name('take', kind)}
      {...(words.name('take_note', kind) === kind ? {} : { note: words.name('take_note', kind) })}
      fields={fieldsOf(kind, story, data?.colleagues ?? [], words)}
      submitText={words.t('case.take')}
      submit={submit}
      close={close}
    />
  );
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const PART = 600_000;

/** Hands the bytes over part by part; the case keeps them if the whole has the hash it was added with. */
async function keep(id: string, evidence: string, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset === 0 || offset < bytes.length; offset += PART) {
    const part = bytes.subarray(offset, offset + PART);
    let text = '';
    for (let at = 0; at < part.length; at += 8192) text += String.fromCharCode(...part.subarray(at, at + 8192));
    const body = { offset, size: bytes.length, base64: btoa(text) };
    await ask(fileOf(id, `/evidence/${evidence}`), { method: 'POST', body });
  }
}
