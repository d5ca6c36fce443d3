import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Button, Form } from 'react-aria-components';
import { readKeyFile } from '../../../src/reports/protocol/protocol.ts';
import { Problem } from '../api.ts';
import { openDesk } from '../sealed/desk.ts';
import { problemOf } from '../sealed/door.ts';
import {
  canUsePasskey,
  forgetKept,
  type KeptKey,
  keepFile,
  keepWithPasskey,
  openKept,
  readKept,
} from '../sealed/kept-key.ts';
import { useWords } from '../words.ts';
import { ActFault } from './act.tsx';

/** Opening the desk: with the key that this browser keeps, or with a key file. */
export function SealedKey({ account }: { account: string }) {
  const { t } = useWords();
  const [kept, setKept] = useState<KeptKey>();
  useEffect(() => {
    readKept(account).then(setKept, () => {});
  }, [account]);
  const forget = () => void forgetKept(account).then(() => setKept(undefined));
  return (
    <>
      {kept !== undefined && <KeptPanel kept={kept} forget={forget} />}
      <FilePanel account={account} />
      <section className="panel" aria-labelledby="stored-title">
        <div className="panel-head">
          <h2 id="stored-title">{t('reports.stored')}</h2>
        </div>
        <ul className="reports-points">
          <li>{t('reports.stored_server')}</li>
          <li>{t('reports.stored_browser')}</li>
          <li>{t('reports.stored_ledger')}</li>
          <li>{t('reports.stored_trust')}</li>
        </ul>
      </section>
    </>
  );
}

/** A form whose work takes seconds and can be refused; what is wrong is said and takes the focus. */
function Opening(props: {
  children: ReactNode;
  label: string;
  work: (form: FormData) => Promise<void>;
  more?: ReactNode;
}) {
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const alert = useRef<HTMLDivElement>(null);
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const data = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(undefined);
    // Opening the key keeps the page busy for a second or two: first let it say so.
    await new Promise((resolve) => setTimeout(resolve, 50));
    try {
      await props.work(data);
    } catch (error) {
      setProblem(problemOf(error));
      requestAnimationFrame(() => alert.current?.focus());
    }
    setBusy(false);
  };
  return (
    <Form className="form" onSubmit={(event) => void onSubmit(event)}>
      <div ref={alert} tabIndex={-1}>
        <ActFault error={problem} />
      </div>
      {props.children}
      <p className="buttons">
        <Button className="button primary" type="submit" isDisabled={busy}>
          {props.label}
        </Button>
        {props.more}
        <span role="status" className="quiet">
          {busy && t('reports.opening')}
        </span>
      </p>
    </Form>
  );
}

function Passphrase({ id }: { id: string }) {
  const { t } = useWords();
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {t('reports.passphrase')}
      </label>
      <input className="input" id={id} name="passphrase" type="password" autoComplete="off" required />
    </div>
  );
}

function KeptPanel({ kept, forget }: { kept: KeptKey; forget: () => void }) {
  const { t } = useWords();
  const open = (data: FormData) =>
    openDesk(async (root) => {
      // The attack: a server that names a root key of its own, whose manifest then names readers of its own.
      if (root !== kept.root) throw new Problem(0, 'sealed-root', 'The portal names another root key than before.', '');
      return await openKept(kept, String(data.get('passphrase') ?? ''));
    });
  return (
    <section className="panel" aria-labelledby="kept-title">
      <div className="panel-head">
        <h2 id="kept-title">{t('reports.kept')}</h2>
        <p className="panel-note">{t(`kept_key.${kept.way}`)}</p>
      </div>
      <Opening
        label={t(kept.way === 'passkey' ? 'reports.open_passkey' : 'reports.open')}
        work={open}
        more={
          <Button className="button" onPress={forget}>
            {t('reports.forget')}
          </Button>
        }
      >
        {kept.way === 'passphrase' && <Passphrase id="kept-passphrase" />}
      </Opening>
    </section>
  );
}

function FilePanel({ account }: { account: string }) {
  const { t } = useWords();
  const ways = ['no', 'passphrase', ...(canUsePasskey() ? (['passkey'] as const) : [])] as const;
  const open = async (data: FormData): Promise<void> => {
    const chosen = data.get('key');
    if (!(chosen instanceof File) || chosen.size === 0)
      throw new Problem(0, 'sealed-no-file', 'No key file is chosen.', '');
    const [file, passphrase] = [await chosen.text(), String(data.get('passphrase'))];
    const way = data.get('keep');
    await openDesk(
      () => readKeyFile(file, 'recipient', passphrase),
      async (root) => {
        if (way === 'passphrase') await keepFile(account, file, root);
        const name = t('reports.passkey_name', { account });
        if (way === 'passkey') await keepWithPasskey(account, { file, passphrase, root, name });
      },
    );
  };
  return (
    <section className="panel" aria-labelledby="file-title">
      <div className="panel-head">
        <h2 id="file-title">{t('reports.file_title')}</h2>
        <p className="panel-note">{t('reports.file_note')}</p>
      </div>
      <Opening label={t('reports.open')} work={open}>
        <div className="field">
          <label className="label" htmlFor="key-file">
            {t('reports.file')}
          </label>
          <input className="input" id="key-file" name="key" type="file" required />
        </div>
        <Passphrase id="file-passphrase" />
        <fieldset className="field many">
          <legend className="label">{t('reports.keep')}</legend>
          {ways.map((way, at) => (
            <label key={way} className="check">
              <input type="radio" name="keep" value={way} defaultChecked={at === 0} />
              <span>{t(`keep_key.${way}`)}</span>
            </label>
          ))}
        </fieldset>
        {!canUsePasskey() && <p className="quiet">{t('fault_hint.no-passkeys-here')}</p>}
      </Opening>
    </section>
  );
}
