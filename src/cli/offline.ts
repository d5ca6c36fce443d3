/** The form as one HTML file: script, style and what the portal publishes inside, and a policy that lets nothing out. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { type PublishedPortal, readBundle } from '../reports/reports.ts';

/** Writes the file; gives its SHA-256. The same pages and the same manifest give the same bytes. */
export async function writeOffline(path: string, published: PublishedPortal): Promise<string> {
  const { files } = readBundle();
  const find = (ending: string): string => {
    const found = [...files].find(([name]) => name.endsWith(ending));
    return new TextDecoder().decode(found?.[1].content ?? new Uint8Array());
  };
  // The end of a script element inside a script would end it.
  const script = find('.js').replaceAll('</script', '<\\/script');
  const style = find('.css');
  const data = JSON.stringify(published).replaceAll('<', '\\u003c');
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Countersign</title>
<style>${style}</style>
</head>
<body>
<div id="portal"></div>
<script type="application/json" id="published">${data}</script>
<script type="module">${script}</script>
</body>
</html>
`;
  await writeFile(path, html);
  return createHash('sha256').update(html).digest('hex');
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
