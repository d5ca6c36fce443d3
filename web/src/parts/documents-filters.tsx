import { useQuery } from '@tanstack/react-query';
import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { choicesQuery, DOCUMENT_STATES, type DocumentState, levelsQuery, type RegisterFilter } from '../documents.ts';
import { useWords } from '../words.ts';
import { SearchInput } from './search-input.tsx';
import { SelectField } from './select.tsx';

/** By level, owner, project, state and words. What is chosen stands in the address. */
export function DocumentsFilters(props: {
  filter: RegisterFilter;
  change: (change: RegisterFilter) => void;
  leave: () => void;
}) {
  const { t, pick } = useWords();
  const { filter, change } = props;
  const { data: named } = useQuery(levelsQuery);
  const { data: choices } = useQuery(choicesQuery);
  const levels = (named?.levels ?? []).filter(({ used }) => used).toReversed();
  const any = (all: readonly string[], chosen: string | undefined, none: string) => [
    { value: '', text: none },
    ...[...new Set([...all, ...(chosen === undefined ? [] : [chosen])])].map((value) => ({ value, text: value })),
  ];
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <search className="filters" aria-label={t('documents.filters')}>
      <div className="field filters-level">
        <span className="label" id="document-level-label">
          {t('documents.level')}
        </span>
        <ToggleButtonGroup
          className="toggles"
          aria-labelledby="document-level-label"
          selectionMode="multiple"
          selectedKeys={(filter.level ?? '').split(',').filter(Boolean)}
          onSelectionChange={(keys) => {
            const chosen = levels.map(({ level }) => level).filter((level) => keys.has(level));
            change({ level: chosen.length === levels.length ? undefined : chosen.join(',') || undefined });
          }}
        >
          {levels.map((one) => (
            <ToggleButton key={one.level} id={one.level} className="button toggle">
              {pick(one)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      <SelectField
        label={t('documents.state')}
        options={[
          { value: '', text: t('documents.any_state') },
          ...DOCUMENT_STATES.map((value) => ({ value: value as string, text: t(`document_state.${value}`) })),
        ]}
        chosen={filter.state ?? ''}
        choose={(state) => change({ state: (state || undefined) as DocumentState | undefined })}
      />
      <SelectField
        label={t('documents.owner')}
        options={any(choices?.owners ?? [], filter.owner, t('documents.any_owner'))}
        chosen={filter.owner ?? ''}
        choose={(owner) => change({ owner: owner || undefined })}
      />
      <SelectField
        label={t('documents.project')}
        options={any(choices?.projects ?? [], filter.project, t('documents.any_project'))}
        chosen={filter.project ?? ''}
        choose={(project) => change({ project: project || undefined })}
      />
      <SearchInput
        {...{ id: 'document-search', label: t('documents.search') }}
        value={filter.q ?? ''}
        change={(q) => change({ q: q || undefined })}
        leave={props.leave}
      />
      {isFiltered && (
        <Button
          className="button plain"
          onPress={() =>
            change({ level: undefined, owner: undefined, project: undefined, q: undefined, state: undefined })
          }
        >
          {t('leads.clear')}
        </Button>
      )}
    </search>
  );
}
