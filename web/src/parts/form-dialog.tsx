import { type FormEvent, useRef, useState } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Problem } from '../api.ts';
import { useWords } from '../words.ts';
import { faultWords } from './fault-view.tsx';

export interface Field {
  name: string;
  label: string;
  /** `lines`: one value on each line; `many`: any of the options. */
  kind: 'text' | 'area' | 'day' | 'number' | 'choice' | 'many' | 'lines' | 'yes' | 'file';
  hint?: string;
  options?: { value: string; text: string; refused?: string | null }[];
  optional?: boolean;
  value?: string;
  least?: string;
}
export type Values = Record<string, string | number | boolean | string[] | File | undefined>;

/** A few fields, asked for in a dialog. It stays open with what was written while the server refuses it. */
export function FormDialog(props: {
  title: string;
  note?: string;
  fields: Field[];
  submitText: string;
  submit: (values: Values) => Promise<unknown> | undefined;
  close: () => void;
}) {
  const words = useWords();
  const { t } = words;
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const alert = useRef<HTMLDivElement>(null);
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const data = new FormData(event.currentTarget);
    setBusy(true);
    try {
      await props.submit(Object.fromEntries(props.fields.map((field) => [field.name, read(field, data)])));
      props.close();
    } catch (refused) {
      setError(refused);
      setBusy(false);
      requestAnimationFrame(() => alert.current?.focus());
    }
  };
  const fault = error === undefined ? undefined : faultWords(words, error);
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={(open) => !open && props.close()}>
      <Modal>
        <Dialog className="dialog">
          <Heading slot="title">{props.title}</Heading>
          <form className="form" onSubmit={(event) => void onSubmit(event)}>
            {props.note !== undefined && <p className="panel-note">{props.note}</p>}
            {fault !== undefined && (
              <div className="form-error" role="alert" tabIndex={-1} ref={alert}>
                <strong>{fault.title}</strong>
                <p>{error instanceof Problem && error.detail !== '' ? error.detail : fault.hint}</p>
              </div>
            )}
            {props.fields.map((field, at) => (
              <FieldRow key={field.name} field={field} first={at === 0} />
            ))}
            <div className="dialog-foot">
              <Button className="button" onPress={props.close}>
                {t('form.cancel')}
              </Button>
              <Button className="button primary" type="submit" isDisabled={busy}>
                {props.submitText}
              </Button>
            </div>
          </form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function read({ name, kind }: Field, data: FormData): Values[string] {
  if (kind === 'many') return data.getAll(name).map(String);
  if (kind === 'yes') return data.get(name) !== null;
  if (kind === 'file') {
    const file = data.get(name);
    return file instanceof File && file.size > 0 ? file : undefined;
  }
  const text = String(data.get(name) ?? '').trim();
  if (kind === 'lines')
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  if (text === '') return undefined;
  return kind === 'number' ? Number(text) : text;
}

function FieldRow({ field, first }: { field: Field; first: boolean }) {
  const { name, label, kind, hint, options = [], optional = false, value, least } = field;
  const id = `form-${name}`;
  const common = {
    ...{ id, name, required: !optional, defaultValue: value, autoFocus: first },
    ...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` }),
  };
  if (kind === 'many') {
    return (
      <fieldset className="field many">
        <legend className="label">{label}</legend>
        {options.map((option) => (
          <label key={option.value} className="check">
            <input type="checkbox" name={name} value={option.value} />
            <span>{option.text}</span>
          </label>
        ))}
      </fieldset>
    );
  }
  if (kind === 'yes') {
    return (
      <label className="check">
        <input type="checkbox" name={name} defaultChecked={value === 'true'} />
        <span>{label}</span>
      </label>
    );
  }
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {kind === 'area' || kind === 'lines' ? (
        <textarea className="input" rows={kind === 'lines' ? 4 : 3} maxLength={20_000} {...common} />
      ) : kind === 'choice' ? (
        <select className="input" {...common}>
          {options.map((option) => (
            <option key={option.value} value={option.value} disabled={option.refused != null}>
              {option.text}
            </option>
          ))}
        </select>
      ) : (
        <input
          className="input"
          type={kind === 'day' ? 'date' : kind === 'number' || kind === 'file' ? kind : 'text'}
          {...(least === undefined ? {} : { min: least })}
          {...common}
        />
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="panel-note">
          {hint}
        </p>
      )}
    </div>
  );
}
