import { systemClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { LEVELS } from '../base/level.ts';
import {
  DECOY_FORMATS,
  type Decoy,
  decoyTemplates,
  listDecoys,
  MARK_LANGUAGES,
  makeDecoy,
  retireDecoy,
} from '../marks/marks.ts';
import { type AnyCommand, command } from './command.ts';
import { withMarks } from './mark.ts';
import { choice, dataOption, day, operand, optionalOperand, text } from './option.ts';

export const decoys: AnyCommand = command({
  name: 'decoys',
  summary: 'make, list and retire documents that nobody needs',
  description: [
    'A decoy is a made-up paper that nobody needs for work, so that opening it is a reason to look.',
    'make writes one where you say and registers it; list shows all that were made here, and which',
    'were touched and so are known; retire ends one. The list is sealed and the console has no page',
    'for it; every look at it is in the ledger. What decoys may not be: docs/marks.md.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', 'make, list or retire.'),
    id: optionalOperand('ID', 'Which one to retire.'),
  },
  options: {
    place: text('FOLDER', 'make: where to put it.'),
    loggedAs: text('PATH', 'make: what the logs call that folder. Default: the same.'),
    template: choice(decoyTemplates('en'))('NAME', `make: ${decoyTemplates('en').join(', ')}.`, {
      default: 'meeting-minutes',
    }),
    format: choice(DECOY_FORMATS)('FORMAT', 'make: docx, pdf or txt.', { default: 'docx' }),
    language: choice(MARK_LANGUAGES)('LANGUAGE', 'make: en or zh-CN.', { default: 'en' }),
    level: choice(LEVELS.slice(1))('LEVEL', 'make: the level it is registered with.', { default: 'internal' }),
    team: text('TEAM', 'make: the team it is registered with.'),
    project: text('PROJECT', 'make: the project it is registered with.'),
    from: day('DAY', 'make, retire: from which day on. Default: today.'),
    data: dataOption,
  },
  example: "countersign decoys make --place /srv/plans --logged-as '\\\\fs01\\plans' --data data",
  exits: [3, 4, 6],
  async run({ operands: { action, id }, options, out, say }) {
    if (!['make', 'list', 'retire'].includes(action))
      throw new Fault('usage', `'${action}' is not make, list or retire`);
    const from = options.from ?? systemClock().toISOString().slice(0, 10);
    return await withMarks(options.data, `countersign decoys ${action}`, async (marks, data) => {
      const room = { ...marks, events: data.events };
      if (action === 'make') {
        const { place, team = '', project = '', template, format, language, level, loggedAs } = options;
        if (place === undefined) throw new Fault('usage', 'option --place FOLDER is missing', { place: 'decoys make' });
        out(line(await makeDecoy(room, { template, format, language, level, place, loggedAs, team, project, from })));
        say('The days from then on are computed anew when the folder is next loaded.');
      } else if (action === 'retire') {
        if (id === undefined) throw new Fault('usage', 'name the decoy by its id', { place: 'decoys retire' });
        out(line(await retireDecoy(room, id, from)));
      } else for (const decoy of await listDecoys(room)) out(line(decoy));
      return 0;
    });
  },
});

function line({ id, path, placed, retired, openings }: Decoy): string {
  const until = retired === null ? '' : ` to ${retired}`;
  const touched = openings === 1 ? 'once' : `${openings} times`;
  const known = openings === 0 ? 'untouched' : `touched ${touched}: known by now, to be replaced`;
  return `${id}  ${path}  from ${placed}${until}  ${known}`;
}
