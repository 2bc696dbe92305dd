import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(import.meta.resolve('#infra/local/cli/objectferry.js'));

/** The one that tests use: hundreds of processes load the same modules. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/node-compile-cache', import.meta.url));

/** What is left of a process that has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `objectferry` in a process of its own. */
export interface CopyProcess {
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Starts `objectferry` as a shell would. @param env All of its environment, but for a cache of compiled modules. */
export function startCopy(args: readonly string[], env: Readonly<Record<string, string>>): CopyProcess {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    env: { ...env, NODE_COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = once(child, 'exit').then(async ([code, signal]): Promise<Ended> => {
    const [stdout, stderr] = await output;
    return { code, signal, stdout, stderr };
  });
  return { ended, kill: (signal) => child.kill(signal) };
}
