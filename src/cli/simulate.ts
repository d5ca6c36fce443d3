import { simulate as simulateWorld } from '../worlds/worlds.ts';
import { command } from './command.ts';
import { day, flag, integer, text } from './option.ts';
import { formatCount } from './progress.ts';

const STORIES_HELP =
  'Which stories happen: letters such as A,B,J; none for an organisation in which nobody does wrong. Default: all.';

export const simulate = command({
  name: 'simulate',
  summary: 'write the folder of a synthetic organisation',
  description: [
    'Makes up an organisation, with departments, projects, habits, innocent people who look',
    'suspicious and a few who are, and writes what its systems would have logged as an',
    'organisation folder. Nobody in it exists. The same options write the same bytes.',
  ].join('\n'),
  operands: {},
  options: {
    people: integer('N', 'How many people work there.', { default: 200, min: 8, max: 30_000 }),
    days: integer('N', 'How many days are simulated.', { default: 120, min: 7, max: 3660 }),
    seed: integer('N', 'Another seed, another organisation.', { default: 1, min: 0, max: 2 ** 32 - 1 }),
    start: day('DAY', 'The first day, as YYYY-MM-DD.', { default: '2026-01-05' }),
    stories: text('LETTERS', STORIES_HELP),
    clean: flag('Leave out duplicated and late rows, gaps and wrong clocks.'),
    answers: text('DIR', 'Where to write who did what; never inside the folder itself.'),
    out: text('DIR', 'The folder to write; files of the same names are replaced.', { required: true }),
  },
  example: 'countersign simulate --people 200 --days 120 --seed 7 --out world --answers world-answers',
  resume: 'Run it again from the beginning: the same options write the same folder.',
  async run({ options, signal, out, progress }) {
    const { people, days, seed, start, answers } = options;
    const line = progress({ label: 'Simulating', total: days, unit: 'days' });
    const made = await simulateWorld({
      ...{ people, days, seed, start, signal, out: options.out, dirty: !options.clean },
      stories: storiesOf(options.stories),
      ...(answers === undefined ? {} : { answers }),
      onProgress: (moment) => line.update(moment.day, `${formatCount(moment.rows)} rows`),
    });
    const total = Object.values(made.rows).reduce((sum, count) => sum + count, 0);
    line.done(`${formatCount(total)} rows`);
    const logs = Object.entries(made.rows).map(([log, count]) => `${log} ${formatCount(count)}`);
    out(`${options.out}: ${formatCount(total)} rows (${logs.join(', ')}), ${formatCount(made.documents)} documents`);
    return undefined;
  },
});

/** `A,b` or `AB` as letters; whether a story of that letter exists is for the world to say. */
function storiesOf(given: string | undefined): boolean | string[] {
  if (given === undefined) return true;
  if (given === 'none') return false;
  return [...new Set(given.toUpperCase().replaceAll(/[\s,;]/g, ''))];
}
