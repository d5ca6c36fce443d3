/** A portal as an organisation sets it up, by the commands it would use, and served by a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../files.ts';

export const PASSPHRASE = 'correct horse battery staple';

export interface RealPortal {
  /** Where everything is; below it data/ is the server's disk, and logs/ what it wrote. */
  readonly folder: string;
  readonly rootKey: string;
  origin: string;
  /** The console's address, where it is served too. */
  console: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Runs a command to its end; throws with what it said where its exit code is not `code`. */
  run(args: string[], input?: string, code?: number): Promise<string>;
  remove(): Promise<void>;
}

/** `serving` is the command that serves it, without --data. */
export async function makePortal(
  suite: 'hybrid' | 'x25519' = 'hybrid',
  serving: (port: number) => string[] = (port) => ['portal', 'serve', '--port', String(port)],
): Promise<RealPortal> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-e2e-'));
  mkdirSync(join(folder, 'logs'));
  const at = (name: string): string => join(folder, name);
  let server: ChildProcess | undefined;
  let port = 0;
  const portal: RealPortal = {
    folder,
    rootKey: '',
    origin: '',
    console: '',
    run: (args, input = '', code = 0) => run(args, input, code),
    async start() {
      let log = '';
      server = spawn(process.execPath, command([...serving(port), '--data', at('data')]), {
        cwd: ROOT,
      });
      const write = (part: Buffer): void => {
        log += part.toString();
        writeFileSync(at('logs/server.log'), part, { flag: 'a' });
      };
      server.stdout?.on('data', write);
      server.stderr?.on('data', write);
      const end = Date.now() + 60_000;
      while (!log.includes('/portal/')) {
        if (Date.now() > end || server.exitCode !== null) throw new Error(`the portal did not start: ${log}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      portal.origin = /Portal[a-z ]*: (http:\/\/[\d.:]+)/.exec(log)?.[1] ?? '';
      portal.console = /Countersign: (http:\/\/[\d.:]+)/.exec(log)?.[1] ?? '';
      port = Number(new URL(portal.origin).port);
    },
    async stop() {
      const stopped = new Promise((resolve) => server?.once('exit', resolve));
      server?.kill('SIGTERM');
      await stopped;
    },
    async remove() {
      if (server?.exitCode === null) await portal.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (const [id, title] of [
    ['ombudsperson', 'The ombudsperson'],
    ['security', 'The head of security'],
  ] as const) {
    const names = ['--id', id, '--title', title, '--title-zh', id === 'security' ? '安全负责人' : '监察员'];
    await run(['portal', 'key', at(`${id}.key`), '--suite', suite, ...names]);
  }
  const said = await run(['portal', 'key', at('root.key'), '--root']);
  const rootKey = /Root key ([0-9a-f]{64})/.exec(said)?.[1] ?? '';
  const recipients = [at('ombudsperson.key.json'), at('security.key.json')];
  const manifest = ['--root-key', at('root.key'), '--organisation', 'Example Works', '--suite', suite];
  await run(['portal', 'manifest', at('manifest.json'), ...manifest, '--recipients', ...recipients]);
  await run(['portal', 'publish', at('manifest.json'), '--trust', rootKey, '--data', at('data')]);
  return Object.assign(portal, { rootKey });
}

const command = (args: string[]): string[] => [join(ROOT, 'bin/countersign.js'), ...args];

function run(args: string[], input = '', code = 0): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, COUNTERSIGN_PASSPHRASE: PASSPHRASE, NO_COLOR: '1' };
    const child = spawn(process.execPath, command(args), { cwd: ROOT, env });
    let [out, said] = ['', ''];
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
    });
    child.stderr.on('data', (part: Buffer) => {
      said += part.toString();
    });
    child.once('exit', (ended) => {
      if (ended === code) resolve(out);
      else reject(new Error(`${args.join(' ')}: exit code ${ended}\n${out}${said}`));
    });
    child.stdin.end(input);
  });
}

export const readText = (path: string): string => readFileSync(path, 'utf8');
