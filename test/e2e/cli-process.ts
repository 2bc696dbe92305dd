import { execFile, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COMPILE_CACHE } from '../compile-cache.ts';
import { temporaryFolder } from '../temporary.ts';

export const LAUNCHER = fileURLToPath(import.meta.resolve('#infra/local/cli/objectferry.js'));

/** What programs remember between runs stays out of the home folder of whoever runs the tests. */
function here(): Record<string, string> {
  return { OBJECTFERRY_STATE_FOLDER: join(temporaryFolder(), 'state'), NODE_COMPILE_CACHE: COMPILE_CACHE };
}

/** What is left of a program that has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs as if a shell had started it, without a terminal. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Resolves with stdout so far once it matches. */
  readonly printed: (pattern: RegExp) => Promise<string>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** What a terminal does with Ctrl-C: everything that it started hears it. */
  readonly killGroup: (signal: NodeJS.Signals) => void;
  /** Nobody reads its stderr any more. */
  readonly closeStderr: () => void;
}

export interface StartOptions {
  /** All of its environment, besides where it remembers things. */
  readonly env?: Readonly<Record<string, string>>;
  /** The Node that runs it; default: this one. */
  readonly node?: string;
}

/** Starts a script in its own process group. */
export function start(
  script: string,
  args: readonly string[],
  { env = {}, node = process.execPath }: StartOptions = {},
): Running {
  const child = spawn(node, [script, ...args], {
    env: { ...here(), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => pattern.test(stdout) && resolve(stdout);
        child.stdout.on('data', look);
        look();
        ended.then(() => reject(new Error(`it ended without printing ${pattern}: ${stdout}${stderr}`)), reject);
      }),
    kill: (signal) => child.kill(signal),
    killGroup: (signal) => child.pid !== undefined && process.kill(-child.pid, signal),
    closeStderr: () => child.stderr.destroy(),
  };
}

/** Runs `objectferry` to its end. */
export function objectferry(args: readonly string[], options?: StartOptions): Promise<Ended> {
  return start(LAUNCHER, args, options).ended;
}

/** Writes a file into a folder of its own, which is gone when the tests of this file are through. */
export async function temporaryFile(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(temporaryFolder(), 'cli-'));
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** The machine's own Node, when it is one that the launcher has to replace. */
export async function oldNode(path = '/usr/bin/node'): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-p', 'process.versions.node']);
    return Number.parseInt(stdout, 10) < 24 ? path : undefined;
  } catch {
    return undefined;
  }
}
