import { useQuery } from '@tanstack/react-query';
import { namesQuery } from '../ledger.ts';
import { useWords } from '../words.ts';

export interface LedgerWords {
  /** The name of an account, or which part of the program it was. */
  who(actor: string): string;
  /** The act in plain words; the verb itself where there are none. */
  what(act: string): string;
  hasWords(act: string): boolean;
  /** What was acted on, such as `Subject 7F3K`. */
  thing(on: string): string;
}

/** An entry speaks in ids and verbs; people read names and words. */
export function useLedgerWords(): LedgerWords {
  const { t, name } = useWords();
  const { data } = useQuery(namesQuery);
  const names = new Map(data?.accounts.map(({ id, name: called }) => [id, called]));
  const what = (act: string) => name('act', act);
  return {
    what,
    hasWords: (act) => what(act) !== act,
    who(actor) {
      const [kind = '', id = ''] = split(actor);
      if (kind === 'account') return names.get(id) ?? id;
      return kind === 'system' ? name('system', id) : actor;
    },
    thing(on) {
      const [kind, id] = split(on);
      if (id === undefined) return on;
      const [account = '', ...rest] = id.split('/');
      const called = /^(account|grant)s?$/.test(kind) ? [names.get(account) ?? account, ...rest].join(', ') : id;
      return t('ledger.thing', { kind: name('thing', kind), id: called });
    },
  };
}

function split(text: string): [kind: string, id: string | undefined] {
  const at = text.indexOf(':');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
