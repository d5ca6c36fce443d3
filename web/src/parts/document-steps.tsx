import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { queryClient } from '../client.ts';
import { levelsQuery, type RegisterDocument, registerOne, takeRegisterStep } from '../documents.ts';
import { useWords, type Words } from '../words.ts';
import { type Field, FormDialog, type Values } from './form-dialog.tsx';
import { today } from './ledger-picture.tsx';

/** What can be done to a copy, and to the document itself. The key in brackets does it from the keyboard. */
export const COPY_ACTS = { issue: 'i', lend: 'l', return: 'r', seen: 's', lost: 'm', destroy: 'x', keep: '' } as const;
export type CopyAct = keyof typeof COPY_ACTS;
export const DOCUMENT_ACTS = ['copy', 'raise', 'downgrade', 'withdraw', 'need', 'describe'] as const;
export type DocumentAct = (typeof DOCUMENT_ACTS)[number];

/** Registers a document that no table names. */
export function RegisterDialog({ close }: { close: () => void }) {
  const words = useWords();
  const { t } = words;
  const navigate = useNavigate();
  const levels = useLevelOptions();
  const field = (name: string, optional = true): Field => ({
    name,
    label: words.name('document_field', name),
    kind: 'text',
    optional,
  });
  const submit = async (values: Values) => {
    const { id } = await registerOne(given(values));
    await queryClient.invalidateQueries({ queryKey: ['documents'] });
    void navigate({ to: '/documents/$id', params: { id } });
  };
  return (
    <FormDialog
      title={t('documents.add')}
      fields={[
        { ...field('path', false), hint: t('documents.path_hint') },
        { name: 'level', label: t('documents.level'), kind: 'choice', options: levels },
        ...['title', 'owner', 'project', 'origin'].map((name) => field(name)),
        { name: 'working', label: t('document_state.working'), kind: 'yes' },
      ]}
      submitText={t('documents.add')}
      submit={submit}
      close={close}
    />
  );
}

/** Asks for what an act needs, and does it. */
export function StepDialog(props: {
  act: CopyAct | DocumentAct;
  copy?: number | undefined;
  whole: RegisterDocument;
  close: () => void;
}) {
  const words = useWords();
  const levels = useLevelOptions();
  const { act, copy, whole, close } = props;
  const submit = async (values: Values) => {
    await takeRegisterStep(whole.id, bodyOf(act, copy, given(values)));
    await queryClient.invalidateQueries({ queryKey: ['documents'] });
  };
  const note = words.name('document_note', act);
  return (
    <FormDialog
      title={
        copy === undefined
          ? words.name('document_act', act)
          : words.t('documents.act_on', { act: words.name('document_act', act), copy })
      }
      {...(note === act ? {} : { note })}
      fields={fieldsOf(act, whole, levels, words)}
      submitText={words.name('document_act', act)}
      submit={submit}
      close={close}
    />
  );
}

function useLevelOptions() {
  const { pick } = useWords();
  const { data } = useQuery(levelsQuery);
  return (data?.levels ?? []).filter(({ used }) => used).map((one) => ({ value: one.level, text: pick(one) }));
}

function fieldsOf(
  act: CopyAct | DocumentAct,
  whole: RegisterDocument,
  levels: { value: string; text: string }[],
  { t, name }: Words,
): Field[] {
  const label = (field: string) => name('document_field', field);
  const to: Field = { name: 'to', label: label('to'), kind: 'text', hint: t('documents.to_hint') };
  const reason: Field = { name: 'reason', label: label('reason'), kind: 'area' };
  const at = levels.findIndex(({ value }) => value === whole.level);
  switch (act) {
    case 'issue':
      return [to];
    case 'lend':
      return [to, { name: 'due', label: label('due'), kind: 'day', least: today() }];
    case 'destroy':
      return [{ name: 'how', label: label('how'), kind: 'text' }];
    case 'copy':
      return [
        { name: 'copy', label: label('copy'), kind: 'number', least: '1', value: String(whole.copies.length + 1) },
      ];
    case 'raise':
      return [{ name: 'level', label: t('documents.level'), kind: 'choice', options: levels.slice(at + 1) }, reason];
    case 'downgrade':
      return [
        { name: 'level', label: t('documents.level'), kind: 'choice', options: levels.slice(0, Math.max(0, at)) },
        reason,
      ];
    case 'need':
      return [
        { name: 'add', label: label('add'), kind: 'lines', optional: true, hint: t('documents.need_hint') },
        { name: 'remove', label: label('remove'), kind: 'lines', optional: true },
        reason,
      ];
    case 'describe':
      return [
        ...(['title', 'owner', 'project', 'origin'] as const).map(
          (field): Field => ({ name: field, label: label(field), kind: 'text', optional: true, value: whole[field] }),
        ),
        {
          name: 'keep_until',
          label: label('keep_until'),
          kind: 'day',
          optional: true,
          ...(whole.keep_until === null ? {} : { value: whole.keep_until }),
        },
        { name: 'working', label: t('document_state.working'), kind: 'yes', value: String(whole.working) },
        { name: 'decoy', label: t('document_state.decoy'), kind: 'yes', value: String(whole.decoy) },
        reason,
      ];
    default:
      return [];
  }
}

const ACTS: Record<CopyAct, object> = {
  issue: { act: 'issued' },
  lend: { act: 'lent' },
  return: { act: 'returned' },
  seen: { act: 'inventoried', seen: true },
  lost: { act: 'inventoried', seen: false },
  destroy: { act: 'destruction proposed' },
  keep: { act: 'destruction withdrawn' },
};

/** The body of the request. */
export function bodyOf(act: CopyAct | DocumentAct, copy: number | undefined, values: Record<string, unknown>): object {
  switch (act) {
    case 'copy':
      return { kind: 'copy', act: 'registered', ...values };
    case 'raise':
      return { kind: 'raised', ...values };
    case 'downgrade':
      return { kind: 'downgrade proposed', ...values };
    case 'withdraw':
      return { kind: 'downgrade withdrawn' };
    case 'need':
      return { kind: 'need to know', ...values };
    case 'describe': {
      const { reason, ...said } = values;
      const empty = { title: '', owner: '', project: '', origin: '', keep_until: null };
      return { kind: 'described', changes: { ...empty, ...said }, reason };
    }
    default:
      return { kind: 'copy', copy, ...ACTS[act], ...values };
  }
}

const given = (values: Values): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
