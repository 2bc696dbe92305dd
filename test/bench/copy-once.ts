import type * as v from 'valibot';
import { type CopyTask, Cost, Served, type ServerTask, Taken } from './messages.ts';
import { startWorker, type Worker, type WorkerOptions } from './processes.ts';
import type { Run } from './section.ts';
import type { Role } from './worker.ts';

const TAKE: ServerTask = { kind: 'take' };

/** What every store and client of a section works on. */
export type Job = Pick<CopyTask, 'parts' | 'partSizeMiB' | 'inFlight'>;

/** A server in a process of its own. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  /** What happened since the last time this was asked. */
  readonly take: () => Promise<Taken>;
}

export interface ServerOptions {
  readonly latencyMs: number;
  /** The largest object that is copied from it. */
  readonly objectBytes: number;
  readonly verify?: boolean;
  readonly profileDir: string | undefined;
}

/** Starts a store. */
export async function startServer(
  role: 'counting-store' | 'emulator',
  { latencyMs, objectBytes, verify = false, profileDir }: ServerOptions,
): Promise<Server> {
  const worker: Worker = await startWorker(role, { profileDir });
  try {
    const serve: ServerTask = { kind: 'serve', latencyMs, objectBytes, verify };
    const { port } = await worker.ask(Served, serve);
    return {
      port,
      take: () => worker.ask(Taken, TAKE),
      [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
    };
  } catch (error) {
    await worker[Symbol.asyncDispose]();
    throw error;
  }
}

/** How a client is started and what it is told besides the job. */
export interface Client extends WorkerOptions {
  readonly role: Role;
  readonly schema?: v.GenericSchema<unknown, Cost> | undefined;
  readonly more?: Partial<CopyTask> | undefined;
  /** Parts of another upload that the process copies before anything is measured, over the same connections. */
  readonly warmUpParts?: number | undefined;
}

/**
 * Has a new process copy once, and asks the store whether it did.
 *
 * @throws Error when a part is missing, or was copied more than once.
 */
export async function copyOnce(server: Server, client: Client, job: Job & { readonly key: string }): Promise<Run> {
  const { role, schema = Cost, more = {}, warmUpParts, ...options } = client;
  await using worker = await startWorker(role, options);
  if (warmUpParts !== undefined) {
    await worker.ask(schema, { ...job, ...more, parts: warmUpParts, key: `${job.key}-warm`, port: server.port });
  }
  await server.take();
  const { cpuMs, ...cost } = await worker.ask(schema, { ...job, ...more, port: server.port });
  const { parts, repeated, requests, peakInFlight, cpuMs: serverCpuMs } = await server.take();
  if (parts !== job.parts || repeated > 0) {
    throw new Error(`${role} copied ${parts} of ${job.parts} parts, and ${repeated} more than once.`);
  }
  return {
    ...cost,
    cpuMsPerPart: cpuMs / job.parts,
    serverCpuMsPerPart: serverCpuMs / job.parts,
    requests,
    retries: repeated,
    peakInFlight,
  };
}
