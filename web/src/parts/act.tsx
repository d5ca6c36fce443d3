import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useWords } from '../words.ts';
import { faultWords } from './fault-view.tsx';

/** Something that is changed on the server; what is shown of it is asked for anew. */
export function useAct<Input, Answer = void>(key: string, work: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: work, onSuccess: () => client.invalidateQueries({ queryKey: [key] }) });
}

/** Why an act was refused, if it was. */
export function ActFault({ error }: { error: unknown }) {
  const words = useWords();
  if (error === null || error === undefined) return null;
  const { title, hint } = faultWords(words, error);
  return (
    <div className="form-error" role="alert">
      <strong>{title}</strong>
      <p>{hint}</p>
    </div>
  );
}
