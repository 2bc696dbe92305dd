import type { Rule } from '@objectferry/shared/events/rule.ts';
import type { StoreConfigs } from '@objectferry/shared/stores.ts';
import type { Hono } from 'hono';
import { createApi } from '#functions/api/app.ts';
import type { Environment } from '#functions/secrets.ts';
import { createLocalExecutions, type LocalExecutions } from '../executions/local-executions.ts';
import type { ReceiveHereOptions } from '../receive-here.ts';
import { createLocalRuntime } from '../runtime.ts';
import { type LoopbackServer, listenOnLoopback } from '../server.ts';
import { STOPPED } from './exit-code.ts';
import { onInterrupt } from './interruption.ts';
import { serveLog } from './serve-log.ts';
import { lineOf, welcome } from './serve-text.ts';

/** An upload that the provider does not let go of must not keep a person waiting for ever. */
const STOP_MS = 60_000;

export interface RunServerOptions {
  readonly stores: StoreConfigs;
  /** Of events; undefined: pushes are not taken. */
  readonly rules: readonly Rule[] | undefined;
  readonly folder: string;
  readonly port: number;
  readonly maxRunning: number;
  readonly env: Environment;
  /** Prints the address as one JSON line, and nothing about the copies. */
  readonly json: boolean;
}

/** Serves until a signal ends it, and stops the copies that run. @returns the exit code. */
export async function runServer(options: RunServerOptions): Promise<number> {
  // First of all: a copy that a crash has left does not go on here to be stopped because the port is taken.
  const server = await listenOnLoopback(options.port);
  try {
    return await serveOn(server, options);
  } finally {
    await server.close();
  }
}

async function serveOn(server: LoopbackServer, options: RunServerOptions): Promise<number> {
  const { stores, rules, folder, maxRunning, env, json } = options;
  const log = serveLog(json);
  const local = createLocalRuntime({ stores, env, observe: () => undefined });
  const { runtime } = local;
  const executions = createLocalExecutions({
    runtime,
    folder,
    maxRunning,
    onChange: json ? undefined : (execution) => process.stderr.write(`${lineOf(execution)}\n`),
  });
  const interrupted = Promise.withResolvers<void>();
  // Heard until the last copy has been cleaned up: a second Ctrl-C leaves.
  const release = onInterrupt(() => {
    process.stderr.write('Stopping and cleaning up (press Ctrl-C again to leave at once).\n');
    interrupted.resolve();
  }, 'Left at once: the next serve goes on with the copies that were running.');
  try {
    const events = rules && (await eventsApp({ rules, executions, local, log }));
    // What the API starts and stops is told by the executions.
    server.serve({ api: createApi({ executions, runtime, log: { ...log, info: () => undefined } }), events });
    const { url } = server;
    process.stdout.write(
      json ? `${JSON.stringify({ url, folder })}\n` : welcome({ url, folder, stores, events: rules !== undefined }),
    );
    await interrupted.promise;
    return STOPPED;
  } finally {
    await server.close();
    await bounded(executions);
    await local.close();
    release();
  }
}

/** Loaded where it is asked for: it checks signatures of four clouds. */
async function eventsApp(options: ReceiveHereOptions): Promise<Hono> {
  const { receiveHere } = await import('../receive-here.ts');
  return receiveHere(options);
}

async function bounded(executions: LocalExecutions): Promise<void> {
  const timer = setTimeout(() => {
    process.stderr.write('Some uploads could not be aborted in time: the next serve goes on with their copies.\n');
    process.exit(STOPPED);
  }, STOP_MS);
  await executions.close();
  clearTimeout(timer);
  const { executions: waiting } = await executions.list({ state: 'running' });
  if (waiting.length > 0) process.stderr.write(`Copies that the next serve begins with: ${waiting.length}.\n`);
}
