import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import {
  type Arrivals,
  arrivalsQuery,
  type Near,
  nearestQuery,
  shapesQuery,
  UNKNOWN,
  type UnknownShape,
} from '../lines.ts';
import { useWords } from '../words.ts';
import { FaultView, Loading } from './fault-view.tsx';
import { LineSearch } from './line-search.tsx';
import { type Column, Table } from './table.tsx';

/** What comes in line by line, by who sent it; and below it the lines that nobody can read yet. */
export function LinesPanel() {
  const { t, name, number, time } = useWords();
  const answer = useQuery(arrivalsQuery);
  const rows = answer.data?.arrivals ?? [];
  const columns: Column<Arrivals>[] = [
    { key: 'source', label: t('lines.source'), cell: (row) => <span className="code">{row.source}</span> },
    {
      key: 'reader',
      label: t('lines.reader'),
      wide: true,
      cell: (row) => (row.reader === UNKNOWN ? t('lines.nobody_reads') : name('source', row.reader)),
    },
    { key: 'rows', label: t('lines.rows'), number: true, cell: (row) => number(row.rows) },
    { key: 'bad', label: t('sources.quarantined'), number: true, cell: (row) => number(row.quarantined) },
    { key: 'last', label: t('lines.last'), cell: (row) => `${time(row.last_received)} UTC` },
  ];
  return (
    <>
      <section className="panel" aria-labelledby="lines-title">
        <div className="panel-head">
          <div>
            <h2 id="lines-title">{t('lines.title')}</h2>
            <p className="panel-note">{t('lines.note')}</p>
          </div>
        </div>
        {answer.isPending && <Loading />}
        {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
        {answer.isSuccess && rows.length === 0 && <p className="quiet">{t('lines.empty')}</p>}
        {rows.length > 0 && (
          <Table
            label={t('lines.title')}
            columns={columns}
            rows={rows}
            rowKey={({ source, reader }) => `${source} ${reader}`}
          />
        )}
      </section>
      {rows.some(({ reader }) => reader === UNKNOWN) && <ShapesPanel />}
      {rows.some(({ reader, quarantined }) => reader === UNKNOWN || quarantined > 0) && <LineSearch />}
    </>
  );
}

function ShapesPanel() {
  const { t, number, time } = useWords();
  const answer = useQuery(shapesQuery);
  const [open, setOpen] = useState<string>();
  const columns: Column<UnknownShape>[] = [
    { key: 'source', label: t('lines.source'), cell: (row) => <span className="code">{row.source}</span> },
    { key: 'rows', label: t('lines.rows'), number: true, cell: (row) => number(row.rows) },
    { key: 'last', label: t('lines.last'), cell: (row) => `${time(row.last_received)} UTC` },
    {
      key: 'shape',
      label: t('lines.shape'),
      wide: true,
      cell: (row) => (
        <>
          <span className="path">{row.shape}</span>
          <Button
            className="link lines-nearest"
            aria-expanded={open === row.id}
            onPress={() => setOpen(open === row.id ? undefined : row.id)}
          >
            {t('lines.nearest')}
          </Button>
        </>
      ),
    },
  ];
  return (
    <section className="panel" aria-labelledby="shapes-title">
      <div className="panel-head">
        <div>
          <h2 id="shapes-title">{t('lines.shapes_title')}</h2>
          <p className="panel-note">{t('lines.shapes_note')}</p>
        </div>
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {answer.isSuccess && (
        <Table
          label={t('lines.shapes_title')}
          columns={columns}
          rows={answer.data.shapes}
          rowKey={({ id }) => id}
          under={(row) => (row.id === open ? <Nearest shape={row} /> : undefined)}
        />
      )}
    </section>
  );
}

/** What a reader would make of the lines, so that an engineer sees whether to name it for the source or to write one. */
function Nearest({ shape }: { shape: UnknownShape }) {
  const { t } = useWords();
  const answer = useQuery(nearestQuery(shape.id));
  return (
    <div className="lines-near">
      <p className="lines-sample">
        <span className="quiet">{t('lines.sample')}</span> <span className="path">{shape.sample}</span>
      </p>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {answer.isSuccess && answer.data.nearest.length === 0 && <p>{t('lines.none_near')}</p>}
      {answer.isSuccess && answer.data.nearest.map((near) => <NearReader key={near.reader} near={near} />)}
    </div>
  );
}

function NearReader({ near }: { near: Near }) {
  const { t, name, list, number } = useWords();
  const fills = near.fills.map(({ column, lines }) =>
    t('lines.fills_one', { column: name('column', column), lines: number(lines) }),
  );
  return (
    <section aria-label={near.title}>
      <h3>
        {near.title} <span className="code quiet">{near.reader}</span>
      </h3>
      <p>{t('lines.reads', { read: number(near.read), lines: number(near.lines) })}</p>
      {fills.length > 0 && <p>{t('lines.fills', { columns: list(fills) })}</p>}
      {near.found.length > 0 && <p>{t('lines.found', { fields: list(near.found) })}</p>}
      {near.found.length > 0 && near.missing.length > 0 && (
        <p className="quiet">{t('lines.missing', { fields: list(near.missing) })}</p>
      )}
      {near.reason !== '' && <p className="quiet">{t('lines.reason', { reason: name('reason', near.reason) })}</p>}
    </section>
  );
}
