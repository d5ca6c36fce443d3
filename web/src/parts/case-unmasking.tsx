import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { ask } from '../api.ts';
import { type CaseStory, type Unmasking, unmaskingsQuery } from '../cases.ts';
import { queryClient } from '../client.ts';
import { sessionQuery } from '../queries.ts';
import { useWords } from '../words.ts';
import { FormDialog } from './form-dialog.tsx';

/** Who asked for the name behind the alias and why, who opened it, and when the person is told. */
export function CaseUnmasking({ story }: { story: CaseStory }) {
  const { t } = useWords();
  const { data: session } = useQuery(sessionQuery);
  const isOfficer = session?.account.roles.some((role) => role === 'case_officer' || role === 'approver') ?? false;
  const { data } = useQuery({ ...unmaskingsQuery, enabled: isOfficer });
  const [asks, setAsks] = useState(false);
  if (!isOfficer) return null;
  const own = data?.unmaskings.filter((one) => one.case === story.id) ?? [];
  const mayAsk = story.parts.includes('officer') && story.state !== 'closed';
  return (
    <section className="panel chapter" id="unmasking" aria-labelledby="unmasking-title">
      <div className="panel-head">
        <h2 id="unmasking-title">{t('unmasking.title')}</h2>
        <p className="panel-note">{t('unmasking.note')}</p>
      </div>
      {own.length === 0 && <p className="quiet">{t('unmasking.none')}</p>}
      <ul className="unmaskings">
        {own.map((one) => (
          <UnmaskingRow key={one.id} one={one} story={story} />
        ))}
      </ul>
      {mayAsk && (
        <div className="actions no-print">
          <Button className="button" onPress={() => setAsks(true)}>
            {t('unmasking.ask')}
          </Button>
        </div>
      )}
      {asks && (
        <FormDialog
          title={t('unmasking.ask')}
          note={t('unmasking.ask_note')}
          fields={[{ name: 'reason', label: t('triage.reason'), kind: 'area', hint: t('unmasking.reason_hint') }]}
          submitText={t('unmasking.ask')}
          submit={async ({ reason }) => {
            await ask('/api/unmaskings', { method: 'POST', body: { case: story.id, alias: story.alias, reason } });
            await queryClient.invalidateQueries({ queryKey: ['unmaskings'] });
          }}
          close={() => setAsks(false)}
        />
      )}
    </section>
  );
}

function UnmaskingRow({ one, story }: { one: Unmasking; story: CaseStory }) {
  const { t, name, time, day } = useWords();
  const called = (account: string) => story.people.find((person) => person.account === account)?.name ?? account;
  return (
    <li>
      <p>
        <span className="result">{name('phase', one.phase)}</span> {one.reason}
      </p>
      <ol className="custody">
        {one.steps.map((step) => (
          <li key={`${step.kind} ${step.at}`}>
            {name('unmasking_step', step.kind)} {called(step.account)} <span className="quiet">{time(step.at)}</span>
          </li>
        ))}
      </ol>
      <p className="panel-note">
        {t('unmasking.expires', { time: time(one.expires) })}{' '}
        {one.notice_due !== '' && t('unmasking.told', { day: day(one.notice_due) })}
      </p>
    </li>
  );
}
