import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button, Form, Input, Label, SearchField } from 'react-aria-components';
import { LINES_SHOWN, lineSearchQuery, type RawLine, UNKNOWN } from '../lines.ts';
import { useWords } from '../words.ts';
import { FaultView, Loading } from './fault-view.tsx';
import { type Column, Table } from './table.tsx';

/** Looks for a text in the lines that were not read. What is looked for is asked when it is sent, not while it is typed. */
export function LineSearch() {
  const { t, name, time } = useWords();
  const [text, setText] = useState('');
  const answer = useQuery(lineSearchQuery(text));
  const lines = answer.data?.lines ?? [];
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setText(String(new FormData(event.currentTarget).get('text') ?? '').trim());
  }
  const columns: Column<RawLine>[] = [
    { key: 'source', label: t('lines.source'), cell: (row) => <span className="code">{row.source}</span> },
    { key: 'received', label: t('lines.received'), cell: (row) => `${time(row.received)} UTC` },
    {
      key: 'reason',
      label: t('quarantine.reason'),
      cell: (row) =>
        row.reader === UNKNOWN
          ? t('lines.nobody_reads')
          : `${name('source', row.reader)}: ${name('reason', row.reason)}`,
    },
    { key: 'raw', label: t('quarantine.raw'), wide: true, cell: (row) => <span className="path">{row.raw}</span> },
  ];
  return (
    <section className="panel" aria-labelledby="line-search-title">
      <div className="panel-head">
        <div>
          <h2 id="line-search-title">{t('lines.search_title')}</h2>
          <p className="panel-note">{t('lines.search_note', { count: LINES_SHOWN })}</p>
        </div>
      </div>
      <Form className="line-form" onSubmit={submit}>
        <SearchField className="field" name="text" isRequired minLength={2} maxLength={200} autoComplete="off">
          <Label>{t('lines.search_label')}</Label>
          <Input />
        </SearchField>
        <Button className="button" type="submit">
          {t('lines.search')}
        </Button>
      </Form>
      {text.length >= 2 && answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {text.length >= 2 && answer.isSuccess && (
        <p role="status" className="lines-found">
          {lines.length === 0 ? t('lines.search_none') : t('lines.search_found', { count: lines.length })}
        </p>
      )}
      {text.length >= 2 && lines.length > 0 && (
        <Table
          label={t('lines.search_title')}
          columns={columns}
          rows={lines}
          rowKey={({ source, reader, line, received, raw }) => `${source} ${reader} ${line} ${received} ${raw}`}
        />
      )}
    </section>
  );
}
