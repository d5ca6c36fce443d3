import type { LeadStory, Person } from '../api.ts';
import { useWords } from '../words.ts';
import { DocumentLevelTag, LevelBadge, ScoreBar } from './level.tsx';

/** Who it is (a pseudonym), how much stands out, and one plain sentence on what does. */
export function PersonHead({ person, lead }: { person: Person; lead: LeadStory | undefined }) {
  const { t, pick, bits: bitsOf, dayRange, number, day } = useWords();
  const top = lead?.contributions[0];
  const bits = lead?.contributions.reduce((sum, contribution) => sum + contribution.bits, 0) ?? 0;
  return (
    <header className="person-head">
      <div className="person-title">
        <h1>{t('subject.name', { subject: person.subject })}</h1>
        {lead !== undefined && (
          <>
            <LevelBadge level={lead.level} />
            <ScoreBar score={lead.score} level={lead.level} />
          </>
        )}
      </div>
      <p className="person-sentence">
        {lead === undefined || top === undefined
          ? t('person.no_lead')
          : t('person.stands_out', {
              title: pick(top.title),
              top: bitsOf(top.bits),
              days: top.days,
              signals: lead.signals.length,
              bits: bitsOf(bits),
              range: dayRange(lead.first_day, lead.last_day),
            })}{' '}
        <em>{t('person.no_verdict')}</em>
      </p>
      <dl className="facts">
        <Fact label={t('person.role')}>{spaced(person.role)}</Fact>
        <Fact label={t('person.clearance')}>
          {person.clearance === '' ? t('person.no_clearance') : <DocumentLevelTag level={person.clearance} />}
        </Fact>
        <Fact label={t('person.projects')}>{number(person.projects)}</Fact>
        <Fact label={t('person.notice')}>
          {person.notice_given === '' ? t('person.no_notice') : day(person.notice_given)}
        </Fact>
        {person.away.length > 0 && (
          <Fact label={t('person.away')}>
            {person.away.map(({ from, to }) => (
              <span key={from} className="fact-line">
                {dayRange(from, to)}
              </span>
            ))}
          </Fact>
        )}
        {person.contacts.length > 0 && (
          <Fact label={t('person.contacts')}>
            {person.contacts.map((declared) => (
              <span key={declared} className="fact-line">
                {day(declared)}
              </span>
            ))}
          </Fact>
        )}
      </dl>
    </header>
  );
}

/** Directories write roles as one word: `NetworkAdministrator`. */
const spaced = (role: string) => role.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
