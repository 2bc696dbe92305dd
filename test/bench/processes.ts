import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Role } from './worker.ts';

/** A process of its own that answers one message at a time. */
export interface Worker extends AsyncDisposable {
  /** @throws Error when the worker fails, ends, or takes longer than three minutes. */
  readonly ask: <Schema extends v.GenericSchema>(
    schema: Schema,
    message: v.InferInput<v.GenericSchema<object>>,
  ) => Promise<v.InferOutput<Schema>>;
}

export interface WorkerOptions {
  /** Where it leaves a CPU profile when it ends, if anywhere. */
  readonly profileDir?: string | undefined;
  /** Options of Node, as `NODE_OPTIONS` has them. */
  readonly nodeOptions?: string | undefined;
}

const LONGEST_ANSWER_MS = 180_000;
const COMPLAINT_CHARACTERS = 2000;
const Reply = v.union([v.object({ value: v.unknown() }), v.object({ error: v.string() })]);

/** Starts a worker. What it writes is not shown, unless it fails: some peers warn about themselves all the time. */
export async function startWorker(role: Role, { profileDir, nodeOptions }: WorkerOptions = {}): Promise<Worker> {
  const execArgv =
    profileDir === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`, `--cpu-prof-name=${role}-${Date.now()}.cpuprofile`];
  const child = fork(fileURLToPath(import.meta.resolve('./worker.ts')), [role], {
    execArgv,
    env: { ...process.env, NODE_OPTIONS: nodeOptions ?? '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr?.on('data', (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-COMPLAINT_CHARACTERS);
  });
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    if (child.connected) child.disconnect();
    const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(patience);
  };
  const ask = async (message: object | undefined): Promise<unknown> => {
    const answer = reply(child, role, () => complaints);
    if (message !== undefined) child.send(message);
    return answer;
  };
  try {
    await ask(undefined);
  } catch (error) {
    await close();
    throw error;
  }
  return { ask: async (schema, message) => v.parse(schema, await ask(message)), [Symbol.asyncDispose]: close };
}

async function reply(child: ChildProcess, role: Role, complaints: () => string): Promise<unknown> {
  const settled = new AbortController();
  const { signal } = settled;
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => fail(`The ${role} process ended before it answered. ${complaints()}`)),
      sleep(LONGEST_ANSWER_MS, undefined, { signal }).then(() => fail(`The ${role} process takes too long.`)),
    ]);
    const parsed = v.parse(Reply, message);
    return 'error' in parsed ? fail(`The ${role} process failed: ${parsed.error}`) : parsed.value;
  } finally {
    settled.abort();
  }
}

function fail(problem: string): never {
  throw new Error(problem);
}
