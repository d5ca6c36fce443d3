import { useQuery } from '@tanstack/react-query';
import { Navigate, useRouterState } from '@tanstack/react-router';
import { usePageTitle } from '../parts/page-title.tsx';
import { SealedConversation } from '../parts/sealed-conversation.tsx';
import { SealedKey } from '../parts/sealed-key.tsx';
import { SealedQueue } from '../parts/sealed-queue.tsx';
import { sessionQuery } from '../queries.ts';
import { conversationsIn, useDesk } from '../sealed/desk.ts';
import { useWords } from '../words.ts';

/** Sealed reports, opened here with the reader's own key. Address and title are the same for every report. */
export default function ReportsPage() {
  const { t } = useWords();
  usePageTitle(t('reports.title'));
  const { data: session } = useQuery(sessionQuery);
  const desk = useDesk();
  const isOpen = useRouterState({ select: ({ location }) => location.pathname === '/reports/open' });
  const conversation = isOpen ? conversationsIn(desk).find(({ reporter }) => reporter === desk.chosen) : undefined;
  if (isOpen && conversation === undefined) return <Navigate to="/reports" replace />;
  return (
    <div className="story reports">
      {conversation !== undefined && desk.open !== undefined ? (
        <SealedConversation key={conversation.reporter} conversation={conversation} desk={desk} open={desk.open} />
      ) : (
        <>
          <div className="page-head">
            <h1>{t('reports.title')}</h1>
            <p className="panel-note">{t('reports.note')}</p>
          </div>
          {desk.open === undefined ? (
            <SealedKey account={session?.account.name ?? ''} />
          ) : (
            <SealedQueue desk={desk} open={desk.open} />
          )}
        </>
      )}
    </div>
  );
}
