/** The fixture's ledger and figures: made up, in the shape of the API contract. The days are those before today. */
const DAY = 86_400_000;
const ACTORS = [
  'account:ANA',
  'account:ENO',
  'account:OTTO',
  'account:MIRA',
  'account:AUD',
  'system:machine',
  'system:ledger',
];
const ACTS: [act: string, on: string[]][] = [
  ['get.leads', []],
  ['get.leads.id', ['id:7F3K2']],
  ['get.people.subject', ['subject:7F3K2']],
  ['get.people.subject.events', ['subject:7F3K2']],
  ['get.sources', []],
  ['get.overview', []],
];

interface Entry {
  index: number;
  id: string;
  at: string;
  kind: 'record' | 'intent' | 'outcome';
  actor: string;
  act: string;
  on: string[];
  of: string | null;
  result: 'done' | 'failed' | 'refused' | null;
  details?: unknown;
}

export const LEDGER: Entry[] = (() => {
  const start = Math.floor(Date.now() / DAY) * DAY - 30 * DAY;
  const entries: Entry[] = [];
  const add = (time: number, entry: Partial<Entry>) => {
    const index = entries.length;
    entries.push({
      ...{ index, id: `E${String(index).padStart(19, '0')}`, at: new Date(time).toISOString(), kind: 'record' },
      ...{ actor: 'system:ledger', act: 'ledger.adopt', on: [], of: null, result: null },
      ...entry,
    } as Entry);
    return entries.at(-1)!;
  };
  for (let day = 0; day < 31; day++) {
    const count = [0, 6].includes(new Date(start + day * DAY).getUTCDay()) ? 4 : 34 + ((day * 17) % 23);
    for (let at = 0; at < count; at++) {
      const time = start + day * DAY + 7 * 3_600_000 + at * 600_000;
      const actor = ACTORS[(at * 5 + day) % 11 < 7 ? 0 : (at + day) % 5]!;
      const [act, on] = ACTS[(at * 7 + day) % ACTS.length]!;
      add(time, { actor, act, on, ...(act === 'get.leads' ? { details: { level: 'high,critical' } } : {}) });
      if (at % 13 === 5) {
        const said = {
          actor: 'system:machine',
          act: 'account.grant-role',
          on: ['accounts:MIRA', 'grants:MIRA/reviewer'],
        };
        const intent = add(time + 1000, { ...said, kind: 'intent' });
        add(time + 1200, { ...said, kind: 'outcome', of: intent.id, result: at % 2 === 0 ? 'done' : 'refused' });
      }
    }
  }
  return entries;
})();

export const NAMES = {
  accounts: [
    { id: 'ANA', name: 'ana' },
    { id: 'ENO', name: 'eno' },
    { id: 'OTTO', name: 'otto' },
    { id: 'MIRA', name: 'mira' },
    { id: 'AUD', name: 'aud' },
  ],
};

export function ledgerOf(id: string, part: string | undefined, query: (name: string) => string): unknown {
  if (id === 'checkpoint')
    return { size: LEDGER.length, checkpoint: `example.org/log\n${LEDGER.length}\nAAAA\n\n— x y\n` };
  if (id === 'activity') return activity(query('from'), query('until'));
  if (part !== undefined) {
    const said = LEDGER[Number(part)];
    if (said === undefined) return undefined;
    const other = LEDGER.find((one) => (said.kind === 'intent' ? one.of === said.id : one.id === said.of)) ?? null;
    const { index, details, of, result, ...text } = said;
    const proof = `c2sp.org/tlog-proof@v1\nextra ${btoa(JSON.stringify(text))}\nindex ${index}\n${'k3J+'.repeat(11)}=\n\nexample.org/log\n`;
    return { index, entry: JSON.stringify({ ...text, v: 1 }), proof, said, other };
  }
  const before = query('before') === '' ? LEDGER.length : Number(query('before'));
  const fits = LEDGER.filter(
    (one) =>
      one.index < before &&
      (['actor', 'act', 'kind'] as const).every((name) => query(name) === '' || one[name] === query(name)) &&
      (query('on') === '' || one.on.includes(query('on'))) &&
      (query('from') === '' || one.at >= query('from')) &&
      (query('until') === '' || one.at < query('until')),
  ).reverse();
  const entries = fits.slice(0, Number(query('limit') || 100));
  return { entries, next: entries.length < fits.length ? entries.at(-1)!.index : null, size: LEDGER.length };
}

function activity(from: string, until: string): unknown {
  const counts = new Map<string, { day: string; actor: string; act: string; kind: string; count: number }>();
  for (const { at, actor, act, kind, result } of LEDGER) {
    const day = at.slice(0, 10);
    if (day < from || day >= until || result === 'done') continue;
    const one = { day, actor, act, kind: kind === 'outcome' ? 'stopped' : kind };
    const key = JSON.stringify(one);
    counts.set(key, { ...one, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return { counts: [...counts.values()], since: 0, size: LEDGER.length };
}

const part = (name: string, count: number | null) => ({ name, count, divisions: [] });
const levels = (...counts: (number | null)[]) => ({
  name: 'level',
  parts: ['informational', 'low', 'medium', 'high', 'critical'].map((name, at) => part(name, counts[at] ?? null)),
});
export const FIGURES = {
  least: 5,
  months: [
    { month: '2026-02', leads: { name: 'leads', count: null, divisions: [levels()] } },
    { month: '2026-03', leads: { name: 'leads', count: 14, divisions: [levels()] } },
    { month: '2026-04', leads: { name: 'leads', count: 22, divisions: [levels(null, 7, 8)] } },
    { month: '2026-05', leads: { name: 'leads', count: 31, divisions: [levels(6, 7, 8, null, null)] } },
    { month: '2026-06', leads: { name: 'leads', count: 41, divisions: [levels(6, 9, 12, 8, 6)] } },
    { month: '2026-07', leads: { name: 'leads', count: 37, divisions: [levels(null, 9, 10, 7, null)] } },
  ],
  cases: {
    ...{ name: 'cases', count: 38 },
    divisions: [
      {
        name: 'state',
        parts: [
          part('open', 9),
          part('proposed', null),
          part('decided', 6),
          part('appealed', null),
          {
            ...{ name: 'closed', count: 17 },
            divisions: [
              {
                name: 'outcome',
                parts: [
                  ...[part('cleared', 11), part('no_finding', null), part('advice', null)],
                  ...[part('access_adjusted', null), part('formal_warning', null), part('handed_over', null)],
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  terms: [
    { name: 'proposal', median_days: 21 },
    { name: 'decision', median_days: 6 },
    { name: 'reply', median_days: 9 },
    { name: 'closing', median_days: null },
  ],
};
