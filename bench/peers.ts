export async function peers(_root: string, _made: unknown): Promise<string> {
  return '';
}
