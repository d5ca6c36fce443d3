import { Button } from 'react-aria-components';
import { Problem } from '../api.ts';
import { NoPermissionPage } from '../pages/no-permission.tsx';
import { useWords, type Words } from '../words.ts';

/** The problem in the reader's language: by its code where the words know it, otherwise as the server put it. */
export function faultWords(words: Words, error: unknown): { title: string; hint: string } {
  const code = error instanceof Problem ? error.code : 'defect';
  const known = words.name('fault', code);
  const title = known === code ? (error instanceof Error ? error.message : code) : known;
  const hint = words.name('fault_hint', code);
  return { title, hint: hint === code ? words.t('fault_hint.defect') : hint };
}

export function FaultView({ error, retry, alone = false }: { error: unknown; retry?: () => void; alone?: boolean }) {
  const words = useWords();
  if (error instanceof Problem && error.status === 403) return <NoPermissionPage />;
  const { title, hint } = faultWords(words, error);
  const view = (
    <div className="state" role="alert">
      <h2>{title}</h2>
      {error instanceof Problem && error.detail !== '' && words.language === 'en' && <p>{error.detail}</p>}
      <p className="quiet">{hint}</p>
      {retry !== undefined && (
        <Button className="button" onPress={retry}>
          {words.t('state.retry')}
        </Button>
      )}
    </div>
  );
  return alone ? <main className="main">{view}</main> : view;
}

export function Loading() {
  const { t } = useWords();
  return (
    <p className="loading" role="status">
      {t('state.loading')}
    </p>
  );
}
