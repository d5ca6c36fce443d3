import { type CaseStory, OUTCOMES } from '../cases.ts';
import type { Words } from '../words.ts';
import type { Field, Values } from './form-dialog.tsx';
import { today } from './ledger-picture.tsx';

/** Which fields a step asks for, and how what was written becomes the step. */

const HANDLINGS = ['received', 'handed_over', 'copied', 'examined', 'returned'];
const EFFECTS = ['watch', 'copies_hold', 'other'];

export interface Colleague {
  account: string;
  name: string;
  parts: string[];
}

export function fieldsOf(kind: string, story: CaseStory, colleagues: Colleague[], { t, name, list }: Words): Field[] {
  const label = (field: string) => name('field', field);
  const area = (field: string): Field => ({ name: field, label: label(field), kind: 'area' });
  const day = (field: string): Field => ({ name: field, label: label(field), kind: 'day', least: today() });
  const choice = (field: string, options: Field['options'] = []): Field => ({
    ...{ name: field, label: label(field), kind: 'choice', options },
  });
  const of = (list: { id: string; text: string }[]) =>
    list.map(({ id, text }) => ({ value: id, text: t('case.named', { id, text: text.slice(0, 80) }) }));
  const hypotheses = of(story.hypotheses);
  const evidence = of(story.evidence.filter((one) => !one.withdrawn).map(({ id, what }) => ({ id, text: what })));
  const outcomes = story.outcomes.map(({ outcome, refused }) => ({
    ...{ value: outcome, refused },
    text:
      refused === null ? t(`outcome.${outcome}`) : t('case.refused', { what: t(`outcome.${outcome}`), why: refused }),
  }));
  switch (kind) {
    case 'admit':
      return [
        choice(
          'account',
          colleagues.map(({ account, name: called, parts }) => ({
            value: account,
            text: t('case.colleague', { name: called, parts: list(parts.map((part) => name('part', part))) }),
          })),
        ),
        area('reason'),
      ];
    case 'recuse':
      return [
        choice(
          'account',
          story.people.filter(({ recused }) => !recused).map((one) => ({ value: one.account, text: one.name })),
        ),
        area('reason'),
      ];
    case 'hypothesis':
      return [
        area('text'),
        area('would_show'),
        { name: 'innocent', label: label('innocent_one'), kind: 'yes', value: 'true' },
      ];
    case 'evidence':
      return [
        { name: 'what', label: label('what'), kind: 'text' },
        area('origin'),
        { name: 'file', label: label('file'), kind: 'file', optional: true, hint: t('case.file_hint') },
        { name: 'sha256', label: label('sha256'), kind: 'text', optional: true, hint: t('case.hash_hint') },
        { name: 'supports', label: label('supports'), kind: 'many', options: hypotheses },
        { name: 'contradicts', label: label('contradicts'), kind: 'many', options: hypotheses },
      ];
    case 'custody':
      return [
        choice('evidence', evidence),
        choice(
          'act',
          HANDLINGS.map((value) => ({ value, text: name('handling', value) })),
        ),
        area('text'),
      ];
    case 'withdraw':
      return [choice('evidence', evidence), area('reason')];
    case 'link':
      return [
        { name: 'documents', label: label('documents'), kind: 'lines', hint: t('case.documents_hint') },
        area('reason'),
      ];
    case 'task':
      return [area('text'), { ...day('due'), optional: true }];
    case 'task_done':
      return [choice('task', of(story.tasks.filter(({ done }) => !done))), area('text')];
    case 'clock':
      return [
        area('text'),
        { name: 'basis', label: label('basis'), kind: 'text' },
        day('due'),
        { name: 'remind_days', label: label('remind_days'), kind: 'number', value: '7', least: '0' },
      ];
    case 'clock_met':
      return [choice('clock', of(story.clocks.filter(({ met }) => !met))), area('text')];
    case 'effect':
      return [
        choice(
          'effect',
          EFFECTS.map((value) => ({ value, text: name('effect', value) })),
        ),
        area('text'),
      ];
    case 'effect_undone':
      return [choice('effect', of(story.effects.filter(({ undone }) => !undone))), area('text')];
    case 'invite_reply':
      return [area('text'), day('due')];
    case 'propose':
      return [
        choice('outcome', outcomes),
        area('reasons'),
        ...story.hypotheses
          .filter(({ innocent }) => innocent)
          .map(
            ({ id, text }): Field => ({
              ...{
                name: `considered.${id}`,
                label: t('case.considered', { id }),
                kind: 'area',
                hint: text,
                optional: true,
              },
            }),
          ),
      ];
    case 'notify':
      return [area('text'), day('appeal_until')];
    case 'appeal_decided':
      return [
        choice(
          'outcome',
          OUTCOMES.map((value) => ({ value, text: t(`outcome.${value}`) })),
        ),
        area('reasons'),
      ];
    case 'hold':
      return [area('reason'), day('until')];
    case 'release':
      return [area('reason')];
    case 'reject':
    case 'decide':
      return [area('reasons')];
    default:
      return [area('text')];
  }
}

/** The body of the request: what was not written is left out. */
export function stepOf(kind: string, values: Values): Record<string, unknown> {
  const considered = Object.entries(values)
    .filter(([name, value]) => name.startsWith('considered.') && value !== undefined)
    .map(([name, value]) => [name.slice('considered.'.length), value]);
  const plain = Object.entries(values).filter(
    ([name, value]) => value !== undefined && name !== 'file' && !name.startsWith('considered.'),
  );
  return {
    kind,
    ...Object.fromEntries(plain),
    ...(kind === 'propose' ? { considered: Object.fromEntries(considered) } : {}),
  };
}
