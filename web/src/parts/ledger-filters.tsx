import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { KINDS, type LedgerFilter, ledgerActivityQuery, namesQuery, nextDay } from '../ledger.ts';
import { useWords } from '../words.ts';
import { pictureDays } from './ledger-picture.tsx';
import { useLedgerWords } from './ledger-words.ts';
import { SelectField } from './select.tsx';

export const isLedgerFiltered = ({ actor, act, on, kind, from, to }: LedgerFilter) =>
  Boolean(actor || act || on || kind || from || to);

const NOTHING: LedgerFilter = {
  ...{ actor: undefined, act: undefined, on: undefined, kind: undefined, from: undefined, to: undefined },
};

export function LedgerFilters({ filter, change }: { filter: LedgerFilter; change: (changes: LedgerFilter) => void }) {
  const { t } = useWords();
  const { who, what } = useLedgerWords();
  const { from, to } = pictureDays(filter);
  const { data: names } = useQuery(namesQuery);
  const { data: activity } = useQuery(ledgerActivityQuery(from, nextDay(to)));
  const known = (values: (string | undefined)[], text: (value: string) => string) =>
    [...new Set(values.filter((value) => value !== undefined))]
      .map((value) => ({ value, text: text(value) }))
      .sort((a, b) => a.text.localeCompare(b.text));
  const accounts = (names?.accounts ?? []).map(({ id }) => `account:${id}`);
  const actors = known([...accounts, ...(activity?.counts ?? []).map(({ actor }) => actor), filter.actor], who);
  const acts = known([...(activity?.counts ?? []).map(({ act }) => act), filter.act], (act) =>
    what(act) === act ? act : t('ledger.act_choice', { what: what(act), act }),
  );
  return (
    <search className="filters" aria-label={t('ledger.filters')}>
      <SelectField
        className="filters-actor"
        label={t('ledger.who')}
        options={[{ value: '', text: t('ledger.anybody') }, ...actors]}
        chosen={filter.actor ?? ''}
        choose={(actor) => change({ actor: actor || undefined })}
      />
      <SelectField
        className="filters-detection"
        label={t('ledger.what')}
        options={[{ value: '', text: t('ledger.any_act') }, ...acts]}
        chosen={filter.act ?? ''}
        choose={(act) => change({ act: act || undefined })}
      />
      <SelectField
        className="filters-kind"
        label={t('ledger.kind')}
        options={[
          { value: '', text: t('ledger.any_kind') },
          ...KINDS.map((kind) => ({ value: kind as string, text: t(`entry_kind.${kind}`) })),
        ]}
        chosen={filter.kind ?? ''}
        choose={(kind) => change({ kind: kind || undefined })}
      />
      <ThingFilter value={filter.on ?? ''} change={(on) => change({ on: on || undefined })} />
      <DayField label={t('ledger.from')} value={filter.from} change={(day) => change({ from: day })} />
      <DayField label={t('ledger.to')} value={filter.to} change={(day) => change({ to: day })} />
      {isLedgerFiltered(filter) && (
        <Button className="button plain" onPress={() => change(NOTHING)}>
          {t('leads.clear')}
        </Button>
      )}
    </search>
  );
}

/** Asked for with Enter: every look is an entry, and one for each letter would say nothing. */
function ThingFilter({ value, change }: { value: string; change: (value: string) => void }) {
  const { t } = useWords();
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change(typed.trim());
  };
  return (
    <form className="field filters-on" onSubmit={submit}>
      <label className="label" htmlFor="ledger-on">
        {t('ledger.on')}
      </label>
      <input
        id="ledger-on"
        className="input"
        value={typed}
        placeholder={t('ledger.on_example')}
        maxLength={128}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => typed.trim() !== value && change(typed.trim())}
      />
    </form>
  );
}

function DayField(props: { label: string; value: string | undefined; change: (day: string | undefined) => void }) {
  return (
    <label className="field filters-day">
      <span className="label">{props.label}</span>
      <input
        type="date"
        className="input"
        value={props.value ?? ''}
        onChange={(event) => props.change(event.target.value || undefined)}
      />
    </label>
  );
}
