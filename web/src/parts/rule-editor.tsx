import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { RuleBars } from '../charts/rule-bars.tsx';
import { type Check, ruleCheckQuery, ruleFilesQuery, runBacktest, runTests, type TestResult } from '../rules.ts';
import { useWords } from '../words.ts';
import { ActFault } from './act.tsx';
import { download } from './download.ts';
import { SelectField } from './select.tsx';

const PAUSE_MILLISECONDS = 400;
const SPANS = ['30', '90', '365'] as const;

/** A rule's text, checked as it is typed, tested and tried out on the stored events. It is saved by nobody but whoever saves it. */
export function RuleEditor({ name, initial }: { name: string; initial: string }) {
  const { t } = useWords();
  const [text, setText] = useState(initial);
  const box = useRef<HTMLTextAreaElement>(null);
  const paused = usePaused(text);
  const check = useQuery({
    ...ruleCheckQuery(paused),
    enabled: paused.trim() !== '',
    placeholderData: keepPreviousData,
  });
  const report = text.trim() === '' ? undefined : check.data;
  const isSound = report !== undefined && report.problems.length === 0 && paused === text;

  /** Puts the caret where something is wrong. */
  const show = (line: number, column: number) => {
    const before = text.split('\n').slice(0, line - 1);
    const at = before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
    box.current?.focus();
    box.current?.setSelectionRange(at, at);
  };
  return (
    <section className="panel rule-editor" aria-labelledby="rule-editor-title">
      <div className="panel-head">
        <div>
          <h2 id="rule-editor-title">{t('rules.editor')}</h2>
          <p className="panel-note">{t('rules.editor_note')}</p>
        </div>
        <Button
          className="button"
          isDisabled={text.trim() === ''}
          onPress={() => download(name.split('/').at(-1) ?? 'rule.yml', text, 'application/yaml')}
        >
          {t('rules.download')}
        </Button>
      </div>
      <label className="rule-label" htmlFor="rule-text">
        {t('rules.text')}
      </label>
      <textarea
        ref={box}
        id="rule-text"
        className="input rule-text"
        rows={18}
        maxLength={200_000}
        spellCheck={false}
        aria-describedby="rule-problems"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div id="rule-problems" aria-live="polite">
        {report === undefined ? (
          <p className="quiet">{t('rules.nothing_to_check')}</p>
        ) : (
          <Problems name={name} report={report} show={show} />
        )}
        <ActFault error={check.error} />
      </div>
      <Trials text={text} isSound={isSound} />
    </section>
  );
}

function Problems(props: { name: string; report: Check; show: (line: number, column: number) => void }) {
  const { t } = useWords();
  const { problems, total } = props.report;
  if (problems.length === 0) return <p className="rule-sound">{t('rules.sound', { count: total })}</p>;
  return (
    <ul className="rule-problems">
      {problems.map(({ line, column, message }) => (
        <li key={`${line}:${column}:${message}`}>
          <Button className="button plain code" onPress={() => props.show(line, column)}>
            {`${props.name}:${line}:${column}`}
          </Button>{' '}
          <span lang="en">{message}</span>
        </li>
      ))}
    </ul>
  );
}

/** The rule's own tests, and what it would have found. */
function Trials({ text, isSound }: { text: string; isSound: boolean }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [days, setDays] = useState<(typeof SPANS)[number]>('90');
  const tests = useMutation({ mutationFn: runTests });
  const backtest = useMutation({
    mutationFn: (asked: { text: string; days: number }) => runBacktest(asked.text, asked.days),
    onSuccess: () => client.invalidateQueries({ queryKey: ruleFilesQuery.queryKey, exact: true }),
  });
  const isBusy = tests.isPending || backtest.isPending;
  return (
    <>
      <div className="rule-acts">
        <Button className="button" isDisabled={!isSound || isBusy} onPress={() => tests.mutate(text)}>
          {t('rules.run_tests')}
        </Button>
        <SelectField
          label={t('rules.span')}
          options={SPANS.map((value) => ({ value, text: t('rules.span_days', { days: Number(value) }) }))}
          chosen={days}
          choose={setDays}
        />
        <Button
          className="button primary"
          isDisabled={!isSound || isBusy}
          onPress={() => backtest.mutate({ text, days: Number(days) })}
        >
          {t('rules.run_backtest')}
        </Button>
        <p role="status">{isBusy ? t('rules.running') : ''}</p>
      </div>
      <ActFault error={tests.error ?? backtest.error} />
      {/* Results are those of a text: once another letter is typed they are of another rule. */}
      {tests.data !== undefined && tests.variables === text && <TestResults results={tests.data.results} />}
      {backtest.data !== undefined &&
        backtest.variables.text === text &&
        backtest.data.rules.map((one) => <RuleBars key={one.rule} backtest={one} least={backtest.data.least} />)}
    </>
  );
}

function TestResults({ results }: { results: TestResult[] }) {
  const { t, name } = useWords();
  if (results.length === 0) return <p className="quiet">{t('rules.no_tests')}</p>;
  return (
    <ul className="rule-tests" aria-label={t('rules.tests')}>
      {results.map((one) => (
        <li key={`${one.line}:${one.test}`}>
          <strong className={`rule-${one.outcome}`}>{name('rule_outcome', one.outcome)}</strong> {one.test}
          {one.why !== '' && (
            <span className="quiet" lang="en">
              {' '}
              {one.why}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The text once nobody has typed for a moment. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}
