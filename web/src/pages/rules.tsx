import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { RuleEditor } from '../parts/rule-editor.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { type RuleFile, ruleFilesQuery, ruleTextQuery } from '../rules.ts';
import { useWords } from '../words.ts';

/** Rules: what there is, and writing one until it does what is meant. Nothing here changes or switches off a rule. */
export function RulesPage() {
  const { t } = useWords();
  usePageTitle(t('rules.title'));
  const answer = useQuery(ruleFilesQuery);
  const [chosen, choose] = useState<RuleFile>();
  const text = useQuery({ ...ruleTextQuery(chosen?.origin ?? '', chosen?.file ?? ''), enabled: chosen !== undefined });
  return (
    <div className="story">
      <div className="page-head">
        <h1>{t('rules.title')}</h1>
        <p className="panel-note">{t('rules.note')}</p>
      </div>
      <section className="panel" aria-labelledby="rules-list-title">
        <h2 id="rules-list-title">{t('rules.files')}</h2>
        {answer.isPending && <Loading />}
        {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
        {answer.isSuccess && <RuleTable files={answer.data.files} chosen={chosen} choose={choose} />}
      </section>
      {text.isError && chosen !== undefined && <FaultView error={text.error} retry={() => void text.refetch()} />}
      <RuleEditor
        key={chosen === undefined ? '' : `${chosen.origin}/${chosen.file}/${text.data === undefined}`}
        name={chosen?.file ?? 'rule.yml'}
        initial={chosen === undefined ? '' : (text.data?.text ?? '')}
      />
    </div>
  );
}

function RuleTable(props: { files: RuleFile[]; chosen: RuleFile | undefined; choose: (file: RuleFile) => void }) {
  const { t, list, name, time, dayRange } = useWords();
  const columns: Column<RuleFile>[] = [
    {
      key: 'file',
      label: t('rules.file'),
      wide: true,
      cell: (row) => (
        <>
          {row.rules.length === 0 && <span className="rule-titles quiet">{t('rules.unreadable')}</span>}
          {row.rules.map(({ title }) => (
            <span key={title} className="rule-titles">
              {title}
            </span>
          ))}
          <span className="quiet rule-file">{`${name('rule_origin', row.origin)} · ${row.file}`}</span>
        </>
      ),
    },
    {
      key: 'level',
      label: t('rules.level'),
      cell: ({ rules }) => list([...new Set(rules.map(({ level }) => name('level', level)).filter(Boolean))]),
    },
    {
      key: 'logsource',
      label: t('rules.logsource'),
      cell: ({ rules }) => list([...new Set(rules.map(({ logsource }) => logsource).filter(Boolean))]),
    },
    {
      key: 'backtest',
      label: t('rules.last_backtest'),
      cell: ({ backtest, problems }) =>
        problems > 0 ? (
          <span className="rule-problem">{t('rules.problems', { count: problems })}</span>
        ) : backtest === null ? (
          <span className="quiet">{t('rules.never')}</span>
        ) : (
          <span title={`${time(backtest.ran_at)} · ${dayRange(backtest.from, backtest.to)}`}>
            {t('rules.days_with_hits', { hits: backtest.days_with_hits, days: backtest.days_with_logs })}
          </span>
        ),
    },
    {
      key: 'open',
      label: t('rules.open'),
      cell: (row) => (
        <Button
          className="button"
          aria-label={t('rules.open_file', { file: row.file })}
          onPress={() => {
            props.choose(row);
            document.getElementById('rule-text')?.focus();
          }}
        >
          {t('rules.open')}
        </Button>
      ),
    },
  ];
  return (
    <Table
      label={t('rules.files')}
      columns={columns}
      rows={props.files}
      rowKey={({ origin, file }) => `${origin}/${file}`}
    />
  );
}
