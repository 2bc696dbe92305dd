import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { CopyAccepted, CopyStatus } from '@objectferry/shared/api.ts';
import * as v from 'valibot';
import { expect } from 'vitest';
import { createApi } from '#functions/api/app.ts';
import type { ApiLog } from '#functions/api/log.ts';
import type { Executions } from '#functions/executions.ts';
import { createLocalExecutions } from '#infra/local/executions/local-executions.ts';
import { startWorld, type World, type WorldOptions } from '../../world.ts';

export const MIB = 1024 * 1024;
export const REQUEST = { source: 'oss://raw/key', destination: 'oss://archive/copy' };
/** One part at a time, and the third is copied but not answered: the copy goes on running. */
export const HELD: WorldOptions = {
  faultRules: [{ operation: 'UploadPartCopy', after: 2, fault: { kind: 'latency', ms: 60_000 } }],
};
export const IN_PARTS = { ...REQUEST, options: { partSizeMiB: 1, maxInFlight: 1 } };

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly type: string;
  readonly body: unknown;
}

/** The API on loopback, over copies that really run. */
export interface ApiWorld extends AsyncDisposable {
  readonly world: World;
  readonly executions: Executions;
  readonly url: string;
  /** Everything that was logged. */
  readonly logged: readonly (readonly [level: string, message: string, detail: unknown])[];
  readonly ask: (method: string, path: string, init?: RequestInit) => Promise<Answer>;
  /** Starts a copy. */
  readonly post: (request: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** The same, and expects the id. */
  readonly started: (request?: unknown) => Promise<string>;
  /** The status of a copy as soon as it is as awaited. */
  readonly statusWhen: (id: string, isAwaited: (status: CopyStatus) => boolean) => Promise<CopyStatus>;
}

/** @param replace methods of the executions that a test wants to be otherwise. */
export async function startApiWorld(options: WorldOptions = {}, replace: Partial<Executions> = {}): Promise<ApiWorld> {
  const world = await startWorld(options);
  const folder = mkdtempSync(join(tmpdir(), 'objectferry-api-'));
  const local = createLocalExecutions({ runtime: world.runtime, folder, run: { retryIntervalMs: 1 } });
  const executions: Executions = {
    start: (copy) => local.start(copy),
    describe: (id) => local.describe(id),
    list: (query) => local.list(query),
    stop: (id, reason) => local.stop(id, reason),
    redrive: (id) => local.redrive(id),
    pinned: (id) => local.pinned(id),
    ...replace,
  };
  const logged: (readonly [string, string, unknown])[] = [];
  const log: ApiLog = {
    info: (message, facts) => logged.push(['info', message, facts]),
    warn: (message, facts) => logged.push(['warn', message, facts]),
    error: (message, error) => logged.push(['error', message, error]),
  };
  const api = createApi({ executions, runtime: world.runtime, log });
  const server = createServer(getRequestListener((request) => api.fetch(request), { overrideGlobalObjects: false }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const ask: ApiWorld['ask'] = async (method, path, init = {}) =>
    readAnswer(await fetch(`${url}${path}`, { method, ...init }));
  const post: ApiWorld['post'] = (request, headers = {}) =>
    ask('POST', '/copies', {
      body: JSON.stringify(request),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return {
    world,
    executions,
    url,
    logged,
    ask,
    post,
    started: async (request = REQUEST) => {
      const { status, body } = await post(request);
      expect(status, JSON.stringify(body)).toBe(202);
      return v.parse(CopyAccepted, body).id;
    },
    statusWhen: async (id, isAwaited) => {
      for (;;) {
        const { status, body } = await ask('GET', `/copies/${id}`);
        expect(status, JSON.stringify(body)).toBe(200);
        const copy = v.parse(CopyStatus, body);
        if (isAwaited(copy)) return copy;
        await setTimeout(10);
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await local.close();
      await world[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Reads an answer to its end. */
export async function readAnswer(answer: Response): Promise<Answer> {
  const text = await answer.text();
  const { status, headers } = answer;
  return { status, headers, type: headers.get('content-type') ?? '', body: text === '' ? undefined : JSON.parse(text) };
}

/** Expects a problem of this name, and gives its sentence. */
export function problemIn({ status, type, body }: Answer, name: string, expected: number): string {
  expect(body).toMatchObject({ type: `/problems/${name}`, status: expected });
  expect(status).toBe(expected);
  expect(type).toBe('application/problem+json');
  return v.parse(v.object({ detail: v.string() }), body).detail;
}
