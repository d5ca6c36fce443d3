import { useQuery } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import type { QuarantineRow } from '../api.ts';
import { QUARANTINE_PAGE, quarantineQuery } from '../queries.ts';
import { useWords } from '../words.ts';
import { FaultView, Loading } from './fault-view.tsx';
import { SelectField } from './select.tsx';
import { type Column, Table } from './table.tsx';

/** Rows that could not be read: kept with their place and the reason, never thrown away silently. */
export function QuarantinePanel(props: {
  sources: string[];
  source: string | undefined;
  page: number;
  change: (changes: { source?: string | undefined; page?: number | undefined }) => void;
}) {
  const { t, name, number } = useWords();
  const { source, page, change } = props;
  const answer = useQuery(quarantineQuery(source, page - 1));
  const rows = answer.data?.rows ?? [];
  const total = answer.data?.total ?? 0;
  const pages = Math.max(1, Math.ceil(total / QUARANTINE_PAGE));
  const columns: Column<QuarantineRow>[] = [
    { key: 'source', label: t('quarantine.source'), cell: (row) => name('source', row.source) },
    {
      key: 'place',
      label: t('quarantine.place'),
      cell: (row) => <span className="code">{`${row.file}:${row.line}`}</span>,
    },
    { key: 'reason', label: t('quarantine.reason'), cell: (row) => name('reason', row.reason) },
    { key: 'raw', label: t('quarantine.raw'), wide: true, cell: (row) => <span className="path">{row.raw}</span> },
  ];
  return (
    <section className="panel" aria-labelledby="quarantine-title">
      <div className="panel-head">
        <div>
          <h2 id="quarantine-title" tabIndex={-1}>
            {t('quarantine.title')}
          </h2>
          <p className="panel-note">{t('quarantine.note')}</p>
        </div>
        <SelectField
          className="quarantine-picker"
          label={t('quarantine.source')}
          options={[
            { value: '', text: t('quarantine.all') },
            ...props.sources.map((value) => ({ value, text: name('source', value) })),
          ]}
          chosen={source ?? ''}
          choose={(value) => change({ source: value || undefined, page: undefined })}
        />
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {answer.isSuccess && total === 0 && <p className="quiet">{t('quarantine.empty')}</p>}
      {rows.length > 0 && (
        <>
          <Table
            label={t('quarantine.title')}
            columns={columns}
            rows={rows}
            rowKey={(row) => `${row.source} ${row.file} ${row.line}`}
          />
          <nav className="paging" aria-label={t('paging.label')}>
            <Button className="button" isDisabled={page <= 1} onPress={() => change({ page: page - 1 })}>
              {t('paging.previous')}
            </Button>
            <span role="status">
              {t('paging.where', {
                from: number((page - 1) * QUARANTINE_PAGE + 1),
                to: number((page - 1) * QUARANTINE_PAGE + rows.length),
                total: number(total),
              })}
            </span>
            <Button className="button" isDisabled={page >= pages} onPress={() => change({ page: page + 1 })}>
              {t('paging.next')}
            </Button>
          </nav>
        </>
      )}
    </section>
  );
}
