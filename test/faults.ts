import { FAULTS } from '../src/base/fault.ts';
import { EXIT_MEANINGS } from '../src/cli/help.ts';

/** The page docs/faults.md, from the table in src/base/fault.ts. */
export function faultsPage(): string {
  const faults = Object.entries(FAULTS);
  return `# Faults

Every error of Countersign comes from one table, src/base/fault.ts. This page is written from it: after a change run
\`npm test -- test/faults.test.ts -u\`.

On the command line a fault is two lines on standard error and an exit code:

    countersign: another process uses this data directory (data)
    hint: ${FAULTS['data-in-use'].hint}

With \`COUNTERSIGN_TRACE=1\` in the environment the stack follows. It can hold values; look before you pass it on.

In the API it is \`application/problem+json\`; \`code\` is the word below, \`type\` is this page with \`#code\`.

## Exit codes

| exit code | meaning |
|---:|---|
${Object.entries(EXIT_MEANINGS)
  .map(([code, meaning]) => `| ${code} | ${meaning} |`)
  .join('\n')}

## Codes

${faults.map(([code, fault]) => `### ${code}\n\nExit code ${fault.exit}, HTTP status ${fault.status}. ${fault.hint}\n`).join('\n')}`;
}
