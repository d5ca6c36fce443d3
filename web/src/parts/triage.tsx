import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Group } from 'react-aria-components';
import { type Lead, Problem } from '../api.ts';
import { useKeys } from '../keys.ts';
import { sessionQuery } from '../queries.ts';
import {
  afterDecision,
  type Decision,
  decide,
  decisionsOf,
  KEY_OF,
  send,
  takeBack,
  takeBackLast,
  UNDO_SECONDS,
  useWaiting,
} from '../triage.ts';
import { useWords, type Words } from '../words.ts';
import { faultWords } from './fault-view.tsx';
import { type Field, FormDialog, type Values } from './form-dialog.tsx';
import { today } from './ledger-picture.tsx';

type Subject = Pick<Lead, 'id' | 'subject' | 'status'>;

/** The four decisions on one lead, as buttons and as keys. `lead` is the chosen one; without any the keys do nothing. */
export function Triage({ lead, bar = false }: { lead: Subject | undefined; bar?: boolean }) {
  const { t } = useWords();
  const { data: session } = useQuery(sessionQuery);
  const [asking, setAsking] = useState<{ decision: Decision; lead: Subject }>();
  const isHandedOver = lead?.status === 'handed_over';
  const may = decisionsOf(session?.account.roles ?? [], isHandedOver);
  // Who may not open a case asks those who may.
  const shown = may.includes('open')
    ? may
    : ['dismiss', 'watch', 'open', 'hand_over'].filter((one) => one === 'open' || may.includes(one as Decision));
  const begin = (decision: Decision) => lead !== undefined && setAsking({ decision, lead });
  useKeys({
    ...Object.fromEntries(shown.map((decision) => [KEY_OF[decision as Decision], () => begin(decision as Decision)])),
    z: takeBackLast,
  });
  return (
    <Group className={bar ? 'triage-bar no-print' : 'triage no-print'} aria-label={t('triage.label')}>
      {bar && (
        <strong className="triage-lead">
          {lead === undefined ? t('triage.choose') : t('subject.name', { subject: lead.subject })}
        </strong>
      )}
      {(shown as Decision[]).map((decision) => (
        <Button
          key={decision}
          className="button"
          isDisabled={lead === undefined}
          aria-keyshortcuts={KEY_OF[decision]}
          onPress={() => begin(decision)}
        >
          <kbd>{KEY_OF[decision]}</kbd>
          {decision === 'open' && !may.includes('open') ? t('triage.ask') : t(`triage.${decision}`)}
        </Button>
      ))}
      {asking !== undefined && (
        <TriageDialog {...asking} mayOpen={may.includes('open')} close={() => setAsking(undefined)} />
      )}
    </Group>
  );
}

function fieldsOf(decision: Decision, mayOpen: boolean, { t }: Words): Field[] {
  const reason: Field = { name: 'reason', label: t('triage.reason'), kind: 'area', hint: t('triage.reason_hint') };
  const queue: Field = {
    ...{ name: 'queue', label: t('triage.queue'), kind: 'choice', value: 'case_officers' },
    options: [
      { value: 'case_officers', text: t('triage.case_officers') },
      { value: 'reviewers', text: t('triage.reviewers') },
    ],
  };
  if (decision === 'watch')
    return [
      reason,
      { name: 'until', label: t('triage.until'), kind: 'day', least: today(), hint: t('triage.until_hint') },
    ];
  if (decision === 'hand_over') return [queue, reason];
  if (decision !== 'open' || !mayOpen) return [reason];
  return [
    reason,
    { name: 'purpose', label: t('triage.purpose'), kind: 'area', hint: t('triage.purpose_hint') },
    { name: 'innocent', label: t('triage.innocent'), kind: 'area', hint: t('triage.innocent_hint') },
    { name: 'innocent_evidence', label: t('triage.evidence'), kind: 'area', hint: t('triage.evidence_hint') },
  ];
}

function TriageDialog(props: { decision: Decision; lead: Subject; mayOpen: boolean; close: () => void }) {
  const words = useWords();
  const { t } = words;
  const navigate = useNavigate();
  const { decision, lead, mayOpen } = props;
  const asks = decision === 'open' && !mayOpen;
  const submit = (values: Values) => {
    if (decision !== 'open') return void decide(lead, decision, values);
    if (asks) return void decide(lead, 'open', { ...values, decision: 'hand_over', queue: 'case_officers' });
    return send(lead.id, { decision, ...values }).then(async ({ case: id }) => {
      await afterDecision(lead.id);
      if (id !== null) await navigate({ to: '/cases/$id', params: { id } });
    });
  };
  return (
    <FormDialog
      title={t('triage.title', {
        what: asks ? t('triage.ask') : t(`triage.${decision}`),
        subject: t('subject.name', { subject: lead.subject }),
      })}
      {...(decision === 'open' ? { note: asks ? t('triage.ask_note') : t('triage.open_note') } : {})}
      fields={fieldsOf(decision, mayOpen, words)}
      submitText={asks ? t('triage.ask') : t(`triage.${decision}`)}
      submit={(values) => submit(values) ?? undefined}
      close={props.close}
    />
  );
}

/** What was just decided, as long as it can be taken back. */
export function TriageNotices() {
  const words = useWords();
  const { t } = words;
  const waiting = useWaiting();
  return (
    <div className="notices no-print" role="status" aria-label={t('triage.notices')}>
      {waiting.map(({ lead, decision, state, error }) => (
        <div key={lead.id} className="notice-item">
          <span>
            {state === 'failed'
              ? t('triage.failed', {
                  subject: lead.subject,
                  why: (error instanceof Problem && error.detail) || faultWords(words, error).title,
                })
              : t(`triage_done.${decision}`, { subject: lead.subject })}
          </span>
          {state !== 'sent' && (
            <Button className="button" onPress={() => takeBack(lead.id)}>
              {state === 'failed' ? t('keys.close') : t('triage.undo', { seconds: UNDO_SECONDS })}
            </Button>
          )}
          {state === 'waiting' && <span className="notice-clock" aria-hidden="true" />}
        </div>
      ))}
    </div>
  );
}
