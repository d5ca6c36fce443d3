import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Button, Form } from 'react-aria-components';
import { audience, type Conversation, type Found } from '../../../src/reports/protocol/protocol.ts';
import type { Problem } from '../api.ts';
import { answer, attachmentOf, type Desk } from '../sealed/desk.ts';
import { problemOf } from '../sealed/door.ts';
import { fileName, plain, rowOf } from '../sealed/queue.ts';
import { useWords, wordsIn } from '../words.ts';
import { ActFault } from './act.tsx';
import { FormDialog } from './form-dialog.tsx';
import { Clock } from './sealed-queue.tsx';

type Open = NonNullable<Desk['open']>;
const KINDS = ['acknowledgement', 'reply', 'feedback'] as const;

/** One report with all that was written about it, and answering it. */
export function SealedConversation({
  conversation,
  desk,
  open,
}: {
  conversation: Conversation;
  desk: Desk;
  open: Open;
}) {
  const { t, language, list } = useWords();
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const row = rowOf(conversation, open.keys.signer.key);
  const { manifest } = open.published;
  const readers = audience(conversation.entries, manifest);
  const names = manifest.recipients.filter(({ id }) => readers.includes(id)).map(({ name }) => name[language]);
  const underWay = new Set((desk.sent.get(conversation.reporter) ?? []).map(({ hash }) => hash));
  return (
    <>
      <div className="page-head">
        <Button className="button plain" onPress={() => void navigate({ to: '/reports' })}>
          {t('reports.back')}
        </Button>
        <h1 tabIndex={-1} ref={heading}>
          {t(`report_door.${row.door}`)} <span className="code">{conversation.id}</span>
        </h1>
        <Clock row={row} />
        <p className="panel-note">{t('reports.readers', { names: list(names) })}</p>
      </div>
      {conversation.entries.map((entry) => (
        <Letter key={entry.hash} entry={entry} open={open} isUnderWay={underWay.has(entry.hash)} />
      ))}
      {row.isOut ? (
        <p className="notice">{t('reports.out_text')}</p>
      ) : (
        <Answer conversation={conversation} first={row.waits === 'acknowledge'} months={manifest.feedback_months} />
      )}
      {!row.isOut && <StepOut conversation={conversation} />}
    </>
  );
}

function Letter({ entry, open, isUnderWay }: { entry: Found; open: Open; isUnderWay: boolean }) {
  const { t, language, day, number } = useWords();
  const [problem, setProblem] = useState<Problem>();
  const by = open.published.writers.find(({ key }) => key === entry.writer);
  const save = async (index: number, name: string) => {
    setProblem(undefined);
    try {
      saveAs(fileName(name), await attachmentOf(entry.hash, index));
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <article className={by ? 'panel letter ours' : 'panel letter'}>
      <h2>
        {by?.name[language] ?? t('reports.reporter')}{' '}
        <span className="quiet">
          {t(`report_kind.${entry.letter.kind}`)}, <time dateTime={entry.day}>{day(entry.day)}</time>
          {isUnderWay && ` ${t('reports.under_way')}`}
        </span>
      </h2>
      {entry.letter.kind === 'recusal' ? (
        <p className="quiet">{t('reports.recused')}</p>
      ) : (
        <p className="report-said">{plain(entry.letter.text)}</p>
      )}
      {entry.letter.files.length > 0 && (
        <>
          <ul className="report-files">
            {entry.letter.files.map(({ name, size, sha256 }, index) => (
              <li key={`${sha256} ${name}`}>
                <Button className="button" onPress={() => void save(index, name)}>
                  {t('reports.save', { name: fileName(name) })}
                </Button>{' '}
                <span className="quiet">{t('reports.bytes', { size: number(size) })}</span>
              </li>
            ))}
          </ul>
          <p className="panel-note">{t('reports.files_note')}</p>
        </>
      )}
      <ActFault error={problem} />
    </article>
  );
}

/** Saved and never shown: what a stranger sent is not opened on this page, whatever it says it is. */
function saveAs(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function Answer({ conversation, first, months }: { conversation: Conversation; first: boolean; months: number }) {
  const { t } = useWords();
  const [text, setText] = useState('');
  const [state, setState] = useState<'writing' | 'sending' | 'sent'>('writing');
  const [problem, setProblem] = useState<Problem>();
  const box = useRef<HTMLTextAreaElement>(null);
  const done = useRef<HTMLParagraphElement>(null);
  const isHeld = text.trim() !== '' || state === 'sending';
  useEffect(() => {
    if (!isHeld) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isHeld]);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (state === 'sending' || text.trim() === '') return;
    const kind = String(new FormData(event.currentTarget).get('kind')) as (typeof KINDS)[number];
    setState('sending');
    setProblem(undefined);
    try {
      await answer(conversation, kind, text);
      setText('');
      setState('sent');
      requestAnimationFrame(() => done.current?.focus());
    } catch (error) {
      setProblem(problemOf(error));
      setState('writing');
    }
  };
  return (
    <section className="panel" aria-labelledby="answer-title">
      <div className="panel-head">
        <h2 id="answer-title">{t('reports.answer')}</h2>
        <p className="panel-note">{t('reports.answer_note')}</p>
      </div>
      <Form className="form" onSubmit={(event) => void submit(event)}>
        <fieldset className="field many">
          <legend className="label">{t('reports.kind')}</legend>
          {KINDS.map((kind) => (
            <label key={kind} className="check">
              <input
                type="radio"
                name="kind"
                value={kind}
                defaultChecked={kind === (first ? 'acknowledgement' : 'reply')}
              />
              <span>{t(`report_choose.${kind}`)}</span>
            </label>
          ))}
        </fieldset>
        <div className="field">
          <label className="label" htmlFor="answer">
            {t('reports.text')}
          </label>
          <textarea
            className="input"
            id="answer"
            ref={box}
            rows={6}
            maxLength={20_000}
            autoComplete="off"
            spellCheck={false}
            required
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        {problem !== undefined && <p>{t('reports.not_sent')}</p>}
        <ActFault error={problem} />
        <p className="buttons">
          <Button className="button primary" type="submit" isDisabled={state === 'sending'}>
            {t('reports.send')}
          </Button>
          {first && text === '' && (
            <Button
              className="button"
              onPress={() => {
                // In the language the reporter wrote in, whichever is read here.
                const { language = 'en' } = conversation.entries[0]?.letter ?? {};
                setText(wordsIn(language).t('reports.usual_text', { months }));
                box.current?.focus();
              }}
            >
              {t('reports.usual')}
            </Button>
          )}
        </p>
        <p role="status" tabIndex={-1} ref={done}>
          {state === 'sending' && t('reports.sending')}
          {state === 'sent' && t('reports.sent')}
        </p>
      </Form>
    </section>
  );
}

/** Once and for good: hence a question before it. */
function StepOut({ conversation }: { conversation: Conversation }) {
  const { t } = useWords();
  const [isAsked, setAsked] = useState(false);
  return (
    <p>
      <Button className="button" onPress={() => setAsked(true)}>
        {t('reports.step_out')}
      </Button>
      {isAsked && (
        <FormDialog
          title={t('reports.step_out')}
          note={t('reports.step_out_note')}
          fields={[]}
          submitText={t('reports.step_out_go')}
          submit={() => answer(conversation, 'recusal', '')}
          close={() => setAsked(false)}
        />
      )}
    </p>
  );
}
