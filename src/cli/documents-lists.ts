/** The register's lists as lines for a terminal. */
import type { awayList, listRegister, proposalsOf, wholeDocument } from '../documents/documents.ts';

type Away = Awaited<ReturnType<typeof awayList>>;
type Listed = Awaited<ReturnType<typeof listRegister>>;
type Proposals = Awaited<ReturnType<typeof proposalsOf>>;
type Whole = Awaited<ReturnType<typeof wholeDocument>>;

export function listLines({ documents, total }: Listed): string[] {
  if (documents.length === 0) return ['No document fits.'];
  const lines = documents.map(({ id, level, copies, away, missing, path, waiting }) => {
    const notes = [missing > 0 && `${missing} missing`, waiting.length > 0 && `waiting: ${waiting.join(', ')}`];
    const said = notes.filter(Boolean).join('; ');
    return `${id}  ${level.padEnd(12)}  ${String(away).padStart(3)} of ${copies} away  ${printable(path)}${said && `  (${said})`}`;
  });
  return total > documents.length ? [...lines, `and ${total - documents.length} more`] : lines;
}

export function awayLines(copies: Away): string[] {
  if (copies.length === 0) return ['Every copy is in the registry.'];
  return copies.map(({ document, copy, level, holder, state, since, due, overdue, left, missing, path }) => {
    const until = due === null ? '' : `  due ${due}`;
    const notes = [overdue && 'OVERDUE', left && 'NEVER RETURNED: has left', missing && 'NOT FOUND'].filter(Boolean);
    const said = notes.length > 0 ? `  ${notes.join(', ')}` : '';
    return `${document}/${copy}  ${level.padEnd(12)}  ${holder}  ${state} ${since.slice(0, 10)}${until}${said}  ${printable(path)}`;
  });
}

export function proposalLines(proposals: Proposals): string[] {
  if (proposals.length === 0) return ['Nothing waits for a second person.'];
  return proposals.map(({ id, kind, copy, level, to, why, by_name, at, path }) => {
    const what = kind === 'destruction' ? `destroy copy ${copy}` : `${level} -> ${to}`;
    return `${id}  ${what}  by ${by_name} on ${at.slice(0, 10)}: ${printable(why)}  ${printable(path)}`;
  });
}

export function documentLines(whole: Whole): string[] {
  const { id, path, title, level, owner, project, keep_until, need_to_know, copies, steps } = whole;
  return [
    `${id}  ${level}  ${printable(path)}`,
    ...(title === '' ? [] : [`  ${printable(title)}`]),
    `  owner ${owner || 'nobody'}, project ${project || 'none'}${keep_until === null ? '' : `, kept until ${keep_until}`}`,
    ...(need_to_know.length > 0 ? [`  needs to know: ${printable(need_to_know.join(', '))}`] : []),
    ...copies.map(({ copy, state, holder, since, due, overdue }) => {
      const who = holder === null ? '' : ` ${holder}`;
      return `  copy ${copy}: ${state}${who} since ${since.slice(0, 10)}${due === null ? '' : `, due ${due}`}${overdue ? ' OVERDUE' : ''}`;
    }),
    ...steps.map(({ n, at, kind, by_name, by, step }) => {
      const { kind: _, ...said } = step as Record<string, unknown>;
      return `-- ${n}  ${at}  ${kind}  ${by_name || by}  ${printable(JSON.stringify(said))}`;
    }),
  ];
}

/** A path may hold commands for the terminal. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?');
