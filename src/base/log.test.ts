import { expect, test } from 'vitest';
import { asFault, Fault } from './fault.ts';
import { type LogFields, openLog } from './log.ts';

function logged(write: (log: ReturnType<typeof openLog>) => void): string {
  const lines: string[] = [];
  write(openLog({ destination: { write: (line: string) => lines.push(line) } }));
  return lines.join('');
}

test('only listed fields are written', () => {
  const fields = { route: '/api/leads/:id', status: 200, name: 'mira.kovac', password: 'hunter2', query: '7F3K' };
  const text = logged((log) => log.info(fields as LogFields, 'answered'));
  expect(JSON.parse(text)).toMatchObject({ level: 'info', msg: 'answered', route: '/api/leads/:id', status: 200 });
  expect(text).not.toMatch(/mira|hunter2|7F3K/);
});

test('the message of an error that is not ours is left out, also as a cause', () => {
  const inner = Object.assign(new Error('duplicate key (name)=(mira.kovac)'), { code: '23505' });
  const text = logged((log) =>
    log.error({ error: new Fault('query-failed', 'A row was refused.', { cause: inner }) }, 'failed'),
  );
  expect(text).not.toContain('mira');
  const { error } = JSON.parse(text);
  expect(error).toMatchObject({ code: 'query-failed', message: 'A row was refused.', cause: { code: '23505' } });
  expect(error.cause.frames[0]).toContain('log.test.ts');
  for (const foreign of [inner, 'mira.kovac', new Error('multi\nat line mira.kovac')]) {
    const defect = logged((log) => log.error({ error: asFault(foreign) }, 'failed'));
    expect(defect).toContain('"code":"defect"');
    expect(defect).not.toContain('mira');
  }
  expect(logged((log) => log.error({ error: 'mira.kovac' }, 'failed'))).not.toContain('mira');
});
