import { useQuery } from '@tanstack/react-query';
import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { LEVELS, type LeadStatus, type Level, SORTS, type Sort, STATUSES } from '../api.ts';
import { detectionsQuery } from '../queries.ts';
import { useWords } from '../words.ts';
import { LevelMark } from './level.tsx';
import { SearchInput } from './search-input.tsx';
import { SelectField } from './select.tsx';

export interface LeadsSearch {
  level?: string | undefined;
  detection?: string | undefined;
  q?: string | undefined;
  status?: LeadStatus | undefined;
  sort?: Sort | undefined;
}

export const isFiltered = (search: LeadsSearch) =>
  Boolean(search.level || search.detection || search.q || search.status);

export function LeadsFilters(props: {
  search: LeadsSearch;
  change: (change: LeadsSearch) => void;
  leaveSearch: () => void;
}) {
  const { t, pick } = useWords();
  const { search, change } = props;
  const { data } = useQuery(detectionsQuery);
  const detections = (data?.detections ?? []).map(({ id, title }) => ({ value: id, text: pick(title) }));
  const chosen = search.detection ?? '';
  if (chosen !== '' && !detections.some(({ value }) => value === chosen)) {
    detections.push({ value: chosen, text: chosen });
  }
  return (
    <search className="filters" aria-label={t('leads.filters')}>
      <div className="field filters-level">
        <span className="label" id="level-label">
          {t('leads.level')}
        </span>
        <ToggleButtonGroup
          className="toggles"
          aria-labelledby="level-label"
          selectionMode="multiple"
          selectedKeys={(search.level ?? '').split(',').filter(Boolean)}
          onSelectionChange={(keys) => {
            const levels = LEVELS.filter((level) => keys.has(level));
            change({ level: levels.length === LEVELS.length ? undefined : levels.join(',') || undefined });
          }}
        >
          {[...LEVELS].reverse().map((level: Level) => (
            <ToggleButton key={level} id={level} className="button toggle">
              <LevelMark level={level} />
              {t(`level.${level}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      <SelectField
        className="filters-detection"
        label={t('leads.detection')}
        options={[{ value: '', text: t('leads.any_detection') }, ...detections]}
        chosen={chosen}
        choose={(detection) => change({ detection: detection || undefined })}
      />
      <SearchInput
        {...{ id: 'lead-search', label: t('leads.search'), placeholder: t('leads.search_example') }}
        value={search.q ?? ''}
        change={(q) => change({ q: q || undefined })}
        leave={props.leaveSearch}
      />
      <SelectField
        className="filters-status"
        label={t('leads.status')}
        options={STATUSES.map((value) => ({ value: value as string, text: t(`status.${value}`) }))}
        chosen={search.status ?? 'open'}
        choose={(status) => change({ status: status === 'open' ? undefined : (status as LeadStatus) })}
      />
      <SelectField
        className="filters-sort"
        label={t('leads.sort')}
        options={SORTS.map((value) => ({ value, text: t(`sort.${value}`) }))}
        chosen={search.sort ?? '-score'}
        choose={(sort) => change({ sort })}
      />
      {isFiltered(search) && (
        <Button
          className="button plain"
          onPress={() => change({ level: undefined, detection: undefined, q: undefined, status: undefined })}
        >
          {t('leads.clear')}
        </Button>
      )}
    </search>
  );
}
