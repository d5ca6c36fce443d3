import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'react-aria-components';
import { confirmProposal, type Proposal, proposalsQuery } from '../documents.ts';
import { useWords } from '../words.ts';
import { ActFault, useAct } from './act.tsx';
import { DocumentLevelTag } from './level.tsx';

/** What takes two people and has been proposed by one. */
export function DocumentProposals({ keeps }: { keeps: boolean }) {
  const { t } = useWords();
  const { data } = useQuery(proposalsQuery);
  const proposals = data?.proposals ?? [];
  if (data === undefined || (keeps && proposals.length === 0)) return null;
  return (
    <section className="panel" aria-labelledby="proposals-title">
      <div className="panel-head">
        <h2 id="proposals-title">{t('proposals.title')}</h2>
        <p className="panel-note">{t('proposals.note')}</p>
      </div>
      {proposals.length === 0 && <p className="quiet">{t('proposals.none')}</p>}
      <ul className="proposals">
        {proposals.map((one) => (
          <ProposalRow key={`${one.id} ${one.kind} ${one.copy}`} one={one} keeps={keeps} />
        ))}
      </ul>
    </section>
  );
}

function ProposalRow({ one, keeps }: { one: Proposal; keeps: boolean }) {
  const { t, time } = useWords();
  const { id, path, title, level, kind, copy, to, why, by_name, at, own } = one;
  const confirm = useAct('documents', () =>
    confirmProposal(id, kind === 'downgrade' ? { kind } : { kind, copy: copy ?? 0 }),
  );
  const called = title === '' ? path : title;
  return (
    <li>
      <div>
        <strong>
          {kind === 'destruction' ? t('proposal.destroy_copy', { copy: copy ?? 0 }) : t('proposal.downgrade')}
        </strong>{' '}
        <DocumentLevelTag level={level} />
        {to !== null && (
          <>
            {' → '}
            <DocumentLevelTag level={to} />
          </>
        )}
      </div>
      <div className="proposal-what">
        {keeps ? (
          <Link to="/documents/$id" params={{ id }}>
            {called}
          </Link>
        ) : (
          called
        )}
        <span className="quiet">{t('proposals.by', { name: by_name, time: time(at), why })}</span>
      </div>
      {own ? (
        <span className="quiet">{t('proposals.own')}</span>
      ) : (
        <Button className="button primary" isDisabled={confirm.isPending} onPress={() => confirm.mutate(undefined)}>
          {t(kind === 'destruction' ? 'proposals.confirm_destruction' : 'proposals.confirm')}
        </Button>
      )}
      <ActFault error={confirm.error} />
    </li>
  );
}
