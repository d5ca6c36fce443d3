import { type CaseStory, fileOf, type CaseEvidence as Piece } from '../cases.ts';
import { useWords } from '../words.ts';
import { Actions } from './case-actions.tsx';
import { useBy } from './case-record.tsx';

/** What was taken in: by its hash, with everybody who has had it. */
export function CaseEvidence({ story }: { story: CaseStory }) {
  const { t } = useWords();
  return (
    <section className="panel chapter" id="evidence" aria-labelledby="case-evidence-title">
      <div className="panel-head">
        <h2 id="case-evidence-title">{t('case.evidence')}</h2>
        <p className="panel-note">{t('case.evidence_note')}</p>
      </div>
      {story.evidence.length === 0 && <p className="quiet">{t('case.no_evidence')}</p>}
      <ul className="pieces">
        {story.evidence.map((piece) => (
          <PieceRow key={piece.id} piece={piece} story={story} />
        ))}
      </ul>
      <Actions story={story} kinds={['evidence', 'custody', 'withdraw']} />
    </section>
  );
}

function PieceRow({ piece, story }: { piece: Piece; story: CaseStory }) {
  const { t, name, time, number } = useWords();
  const by = useBy();
  const { id, n, what, origin, sha256, supports, contradicts, withdrawn, bytes, custody } = piece;
  const links = (ids: string[]) =>
    ids.map((one) => (
      <a key={one} href={`#${one}`}>
        {one}
      </a>
    ));
  return (
    <li className={withdrawn ? 'piece withdrawn' : 'piece'} id={id}>
      <div>
        <h3>
          <a href={`#step-${n}`}>{id}</a> {what}
          {withdrawn && <span className="result result-refused"> {t('case.withdrawn')}</span>}
        </h3>
        <p className="panel-note">{origin}</p>
        <p className="piece-hash">
          <span className="label">{t('case.hash')}</span> <code>{sha256}</code>
        </p>
        <p className="panel-note piece-links">
          {supports.length > 0 && (
            <span>
              {t('case.supports')} {links(supports)}
            </span>
          )}
          {contradicts.length > 0 && (
            <span>
              {t('case.contradicts')} {links(contradicts)}
            </span>
          )}
          {bytes === null ? (
            <span>{t('case.only_hash')}</span>
          ) : (
            <a href={fileOf(story.id, `/evidence/${id}`)} download>
              {t('case.fetch', { bytes: number(bytes) })}
            </a>
          )}
        </p>
      </div>
      <ol className="custody" aria-label={t('case.custody', { id })}>
        {custody.map((one) => (
          <li key={one.n}>
            <a href={`#step-${one.n}`}>{name('handling', one.act)}</a> {by(one)}
            <span className="quiet"> {time(one.at)}</span>
            {one.text !== '' && one.act !== 'added' && <span className="custody-text">{one.text}</span>}
          </li>
        ))}
      </ol>
    </li>
  );
}
