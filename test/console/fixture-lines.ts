/** What comes in line by line, as the server would tell an engineer. */
const at = '2026-06-30T09:14:22Z';

export const ARRIVALS = [
  { source: 'tenant', reader: 'm365', rows: 184_220, quarantined: 3, last_received: at },
  { source: 'proxy-1', reader: 'squid', rows: 92_118, quarantined: 0, last_received: at },
  { source: 'proxy-1', reader: 'unknown', rows: 412, quarantined: 0, last_received: '2026-06-28T22:00:01Z' },
];
const SHAPE = '{actor_name, eventType, outcome, published}';
const SAMPLE =
  '{"published":"2026-06-28T22:00:01Z","eventType":"user.session.start","actor_name":"[Q4TX]","outcome":{}}';
export const SHAPES = [
  { id: 'ab12', source: 'proxy-1', shape: SHAPE, rows: 400, last_received: at, sample: SAMPLE },
  {
    id: 'cd34',
    source: 'proxy-1',
    shape: 'a 1 a/a: a a',
    rows: 12,
    last_received: at,
    sample: 'door 4 east/west: card read',
  },
];
export const NEAREST = {
  nearest: [
    {
      ...{ reader: 'okta', title: 'Okta System Log', lines: 100, read: 98, reason: 'the time cannot be read' },
      ...{ fills: [{ column: 'status', lines: 9 }], found: ['published', 'eventType'], missing: ['actor.alternateId'] },
    },
  ],
};
export const FOUND = {
  lines: [
    {
      source: 'proxy-1',
      reader: 'unknown',
      line: 7,
      received: at,
      reason: 'no reader',
      raw: 'door 4 east/west: card read',
    },
  ],
};
