#!/usr/bin/env node
// The program needs Node 24 or newer. An older Node hands over to the one this package carries (see "Node" in README.md).
// This file must stay plain JavaScript that Node 18 can parse: it is the only one an older Node reads.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const FLAGS = ['--disable-warning=ExperimentalWarning'];

/** The path of the Node in the package for this platform, or undefined where none is installed. */
function carriedNode() {
  const windows = process.platform === 'win32';
  const system = `${windows ? 'win' : process.platform}-${process.arch}`;
  const { resolve } = createRequire(import.meta.url);
  for (const name of [`node-${system}`, `node-bin-${system}`]) {
    try {
      const path = join(dirname(resolve(`${name}/package.json`)), 'bin', windows ? 'node.exe' : 'node');
      if (existsSync(path)) return path;
    } catch {
      // Not installed: try the next name.
    }
  }
  return undefined;
}

/** Runs this same command under `node`; signals go to it, its exit code becomes ours. */
function handOver(node) {
  const self = fileURLToPath(import.meta.url);
  const child = spawn(node, [...FLAGS, self, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes; the program takes two signals in quick succession as one press.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot start ${node}: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function fail(message) {
  process.stderr.write(`countersign: ${message}\n`);
  process.stderr.write(`hint: install Node ${NEEDED} or newer, or run \`npm ci\` without --omit=optional.\n`);
  process.exitCode = 1;
}

if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  await import('../src/main.ts');
} else {
  const node = carriedNode();
  if (node) handOver(node);
  else fail(`this is Node ${process.versions.node}, but Node ${NEEDED} or newer is needed (${process.execPath})`);
}
