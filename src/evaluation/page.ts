/** An evaluation as one page of HTML that needs nothing else: no script, no font, no image from anywhere. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { escaped, PAGE_STYLE } from '../base/html.ts';
import { type CaseTimeline, type Evaluation, resultOf } from './evaluate.ts';
import { detailsHtml, tableHtml } from './html.ts';
import { barPlot, curvePlot, timelinePlot } from './plots.ts';
import { brief, fraction, METHOD_NAMES, ratio, scenariosOf, WAY_NAMES, worthTable } from './text.ts';
import { WAYS, type Way } from './trial.ts';

const STYLE = PAGE_STYLE + readFileSync(new URL('./page.css', import.meta.url), 'utf8');

export function evaluationPage(evaluation: Evaluation): string {
  const style = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Countersign: evaluation</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>What the detections find</h1>
${introduction(evaluation)}
${[figures, curves, scenarios, cases, lookalikes, worth]
  .map((section) => section(evaluation))
  .filter(Boolean)
  .map((section) => `<section>\n${section}\n</section>`)
  .join('\n')}
</main>
</body>
</html>
`;
}

function introduction({ worlds, methods }: Evaluation): string {
  const rows = worlds.map(({ name, people, days, cases }) => [name, String(people), String(days), String(cases)]);
  const others = methods.filter((method) => method !== 'countersign').map((method) => METHOD_NAMES[method]);
  const beside = others.length > 0 ? `, beside ${others.join(' and ')}` : '';
  return `<p>Known worlds, judged by their answers${beside}. A budget is so many alerts per 1,000 people and week. Ranked by
week: the best of the week, known when it is over. Decided day by day: what was raised on the day, when no later day
could help. Lost is the part of a case's documents that left before its first hit; a case never caught has lost all.
What goes by lot was tried several times and is shown as the mean.</p>
${tableHtml('The worlds', ['world', 'people', 'days', 'cases'], rows)}`;
}

function figures(evaluation: Evaluation): string {
  const header = ['budget', 'found by', 'caught', 'before the end', 'lost', 'classified lost', 'false', 'look-alikes'];
  const tables = WAYS.map((way) => {
    const rows = evaluation.budgets.flatMap((budget) =>
      evaluation.methods.map((method) => {
        const sum = resultOf(evaluation, method, way, budget);
        return [
          ...[String(budget), METHOD_NAMES[method], ratio(sum.caught, sum.cases)],
          ...[ratio(sum.caughtBeforeEnd, sum.cases), fraction(sum.lost), fraction(sum.classifiedLost)],
          ...[sum.falsePerThousandPerWeek.toFixed(1), ratio(sum.lookalikesFlagged, sum.lookalikes)],
        ];
      }),
    );
    return tableHtml(`${WAY_NAMES[way]}; false: alerts per 1,000 people and week`, header, rows, 2);
  });
  const worlds = evaluation.worlds.length < 2 ? [] : WAYS.map((way) => byWorld(evaluation, way));
  return ['<h2>All worlds together</h2>', ...tables, ...worlds].join('\n');
}

function byWorld(evaluation: Evaluation, way: Way): string {
  const rows = evaluation.worlds.flatMap(({ name }) =>
    evaluation.methods.map((method) => [
      ...[name, METHOD_NAMES[method]],
      ...evaluation.budgets.map((budget) => brief(resultOf(evaluation, method, way, budget, name))),
    ]),
  );
  const caption = `${WAY_NAMES[way]}: lost, caught before the end`;
  return detailsHtml(
    `Each world, ${WAY_NAMES[way].toLowerCase()}`,
    tableHtml(caption, budgetHeader('world', evaluation), rows, 2),
  );
}

const budgetHeader = (first: string, { budgets }: Evaluation) => [
  ...[first, 'found by'],
  ...budgets.map((budget) => `at ${budget}`),
];

function curves(evaluation: Evaluation): string {
  const plots = WAYS.map((way) => {
    const points = evaluation.curves.filter((point) => point.way === way);
    const plot = curvePlot(`Documents lost over the budget, ${WAY_NAMES[way]}`, points, evaluation.methods);
    const budgets = [...new Set(points.map(({ budget }) => budget))];
    const rows = budgets.map((budget) => [
      String(budget),
      ...evaluation.methods.map((method) =>
        fraction(points.find((point) => point.method === method && point.budget === budget)?.lost),
      ),
    ]);
    const header = ['budget', ...evaluation.methods.map((method) => METHOD_NAMES[method])];
    const table = detailsHtml('As a table', tableHtml('Fraction of documents lost', header, rows));
    return `<figure>${plot}\n<figcaption>${WAY_NAMES[way]}. ${legend(evaluation)}</figcaption>${table}</figure>`;
  });
  return `<h2>Documents lost over the budget</h2>\n<div class="plots">\n${plots.join('\n')}\n</div>`;
}

function legend({ methods }: Evaluation): string {
  const strokes = { countersign: 'thick blue', forest: 'dashed orange', random: 'dotted grey' };
  return `${methods.map((method) => `${METHOD_NAMES[method]}: ${strokes[method]}`).join('; ')}.`;
}

function scenarios(evaluation: Evaluation): string {
  const letters = scenariosOf(evaluation);
  const parts = WAYS.map((way) => {
    const plots = evaluation.budgets.map((budget) => {
      const groups = letters.map((name) => ({
        name,
        values: evaluation.methods.map((method) => ({
          method,
          value: resultOf(evaluation, method, way, budget).scenarios[name]?.lost,
        })),
      }));
      const title = `Documents lost by scenario at budget ${budget}, ${WAY_NAMES[way]}`;
      return `<figure>${barPlot(title, groups)}\n<figcaption>${WAY_NAMES[way]}, budget ${budget}</figcaption></figure>`;
    });
    const rows = letters.flatMap((letter) =>
      evaluation.methods.map((method) => [
        ...[letter, METHOD_NAMES[method]],
        ...evaluation.budgets.map((budget) => brief(resultOf(evaluation, method, way, budget).scenarios[letter]!)),
      ]),
    );
    const caption = `${WAY_NAMES[way]}: lost, caught before the end`;
    const table = detailsHtml('As a table', tableHtml(caption, budgetHeader('scenario', evaluation), rows, 2));
    return `<div class="plots">\n${plots.join('\n')}\n</div>\n${table}`;
  });
  return [
    '<h2>Documents lost by scenario</h2>',
    `<p>The letters are those of the stories in the synthetic organisation. In each group, from above: ${evaluation.methods.map((method) => METHOD_NAMES[method]).join(', ')}. Short bars are good.</p>`,
    ...parts,
  ].join('\n');
}

function cases(evaluation: Evaluation): string {
  const plots = evaluation.timelines.map((one) => {
    const title = `Case ${one.id} in ${one.world}`;
    const story = timelineText(one, evaluation.budgets);
    const caption = `<strong>${escaped(title)}</strong>, scenario ${escaped(one.scenario)}. ${escaped(story)}`;
    return `<figure>${timelinePlot(title, story, one)}\n<figcaption>${caption}</figcaption></figure>`;
  });
  return `<h2>Case by case</h2>
<p>Days run from left to right. The band is the span of the case, the rising line the part of its documents that had
left. The marks are our first hits, named by their budget: above ranked by week, below decided day by day.</p>
<div class="plots">
${plots.join('\n')}
</div>`;
}

function timelineText(one: CaseTimeline, budgets: readonly number[]): string {
  const day = (time: number) => Math.floor(time);
  const hits = WAYS.map((way) => {
    const found = budgets.map((budget) => {
      const hit = one.firstHits.find((first) => first.way === way && first.budget === budget);
      if (hit === undefined) return `never at ${budget}`;
      return `day ${day(hit.day)} at ${budget} with ${one.losses.filter((loss) => loss <= hit.day).length} lost`;
    });
    return `${WAY_NAMES[way]}: ${found.join(', ')}.`;
  });
  return `Day ${day(one.start)} to ${day(one.end)}, ${one.losses.length} documents left. ${hits.join(' ')}`;
}

function lookalikes(evaluation: Evaluation): string {
  const { budgets, methods } = evaluation;
  const kinds = Object.keys(resultOf(evaluation, methods[0]!, 'weekly', budgets[0]!).kinds);
  const tables = WAYS.map((way) => {
    const rows = kinds.flatMap((kind) =>
      methods.map((method) => [
        ...[kind.replaceAll('_', ' '), METHOD_NAMES[method]],
        ...budgets.map((budget) => {
          const count = resultOf(evaluation, method, way, budget).kinds[kind];
          return count ? ratio(count.flagged, count.all) : '-';
        }),
      ]),
    );
    return tableHtml(`${WAY_NAMES[way]}: flagged of all`, budgetHeader('kind', evaluation), rows, 2);
  });
  return [
    '<h2>Innocent people who look like a case</h2>',
    '<p>Each of them has a reason for what was seen; who turned an approach down is among them.</p>',
    ...tables,
  ].join('\n');
}

function worth(evaluation: Evaluation): string {
  if (evaluation.worth.length === 0) return '';
  const tables = WAYS.map((way) => {
    const { head, header, rows } = worthTable(evaluation, way);
    return tableHtml(head, header, rows);
  });
  return [
    '<h2>What each detection is worth</h2>',
    '<p>The same worlds, each time without the signals of one detection.</p>',
    ...tables,
  ].join('\n');
}
