/** Text and tables as HTML. */
import { escaped } from '../base/html.ts';

/** A table that scrolls by itself when it is wider than the page. The first `heads` cells of a row name it. */
export function tableHtml(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  heads = 1,
): string {
  const head = header.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell, at) => cellHtml(cell, at < heads)).join('')}</tr>`).join('\n');
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escaped(caption)}">
<table><caption>${escaped(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div>`;
}

function cellHtml(cell: string, isHead: boolean): string {
  return isHead ? `<th scope="row">${escaped(cell)}</th>` : `<td>${escaped(cell)}</td>`;
}

export function detailsHtml(summary: string, content: string): string {
  return `<details><summary>${escaped(summary)}</summary>\n${content}\n</details>`;
}
