import { useQuery } from '@tanstack/react-query';
import { type DocumentImport, importsQuery } from '../documents.ts';
import { useWords } from '../words.ts';

/** What was imported when; of each what could not be used, by file and line. */
export function DocumentImports() {
  const { t } = useWords();
  const { data } = useQuery(importsQuery);
  if (data === undefined) return null;
  return (
    <section className="panel" aria-labelledby="imports-title">
      <div className="panel-head">
        <h2 id="imports-title">{t('imports.title')}</h2>
        <p className="panel-note">{t('imports.note')}</p>
      </div>
      {data.imports.length === 0 && <p className="quiet">{t('imports.none')}</p>}
      <ul className="imports">
        {data.imports.map((one) => (
          <ImportRow key={one.id} one={one} />
        ))}
      </ul>
    </section>
  );
}

function ImportRow({ one }: { one: DocumentImport }) {
  const { t, time, name, decimal } = useWords();
  const { report } = one;
  const { bad_rows, notes } = report;
  const wrong = report.bad + report.refused + report.elsewhere + report.unreadable + report.removed;
  return (
    <li>
      <div className="import-head">
        <strong>{time(one.at)}</strong> <span className="quiet">{name('import_source', one.source)}</span>{' '}
        <span className="import-place">{one.place}</span>
      </div>
      <p>
        {t('imports.counts', { added: report.added, changed: report.changed, files: report.read })}{' '}
        <span className="quiet">{t('imports.seconds', { seconds: decimal(report.seconds) })}</span>
      </p>
      {wrong > 0 && (
        <details>
          <summary>{t('imports.not_used', { count: wrong })}</summary>
          <ul className="import-notes">
            {bad_rows.map(({ file, line, reason }) => (
              <li key={line}>{t('imports.bad_row', { file, line: String(line), reason })}</li>
            ))}
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
