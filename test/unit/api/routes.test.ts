import { CopyError } from '@objectferry/shared/errors.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '#functions/api/app.ts';
import { seededBytes } from '../../world.ts';
import { type ApiWorld, problemIn, REQUEST, readAnswer, startApiWorld } from './api-world.ts';

describe('the API', () => {
  let api: ApiWorld;
  beforeAll(async () => {
    api = await startApiWorld();
    api.world.oss.model.putObject('raw', 'key', seededBytes(100));
  });
  afterAll(() => api[Symbol.asyncDispose]());

  it('says that it is there', async () => {
    expect(await api.ask('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('describes itself', async () => {
    const { status, body } = await api.ask('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body).toMatchObject({ openapi: '3.1.0', paths: { '/copies': {}, '/copies/{id}': {} } });
  });

  it.each(['/', '/copies/', '/copies/a/b', '/Copies', '/copy', '/health/', '/%ff', '//copies'])(
    'has nothing at %s',
    async (path) => {
      expect(problemIn(await api.ask('GET', path), 'RouteNotFound', 404)).toMatch(/openapi\.json/);
    },
  );

  it.each([
    ['PUT', '/copies', 'GET, HEAD, POST'],
    ['DELETE', '/copies', 'GET, HEAD, POST'],
    ['POST', '/copies/x', 'GET, HEAD, DELETE'],
    ['PATCH', '/copies/x', 'GET, HEAD, DELETE'],
    ['OPTIONS', '/copies', 'GET, HEAD, POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['PUT', '/openapi.json', 'GET, HEAD'],
  ])('has no %s %s', async (method, path, allow) => {
    const answer = await api.ask(method, path);
    expect(problemIn(answer, 'MethodNotAllowed', 405)).toContain(allow);
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('answers HEAD as GET without a body', async () => {
    const answer = await api.ask('HEAD', '/health');
    expect([answer.status, answer.body]).toEqual([200, undefined]);
  });

  it.each(['/health', '/copies', '/nothing', '/copies/none'])('keeps browsers and caches off %s', async (path) => {
    const { headers } = await api.ask('GET', path);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  it.each([
    [new CopyError('Throttled', 'inside'), 'Throttled', 429],
    [new CopyError('ProviderUnavailable', 'inside'), 'ServiceUnavailable', 503],
    [new CopyError('ConnectionLost', 'inside'), 'ServiceUnavailable', 503],
    [new CopyError('InvalidConfig', 'inside'), 'InternalError', 500],
    [new TypeError('inside'), 'InternalError', 500],
  ])('answers %s as a problem that tells nothing of it', async (error, name, status) => {
    const fail = () => Promise.reject(error);
    await using broken = await startApiWorld({}, { list: fail, describe: fail, start: fail });
    const answers = [
      await broken.ask('GET', '/copies'),
      await broken.ask('GET', '/copies/x'),
      await broken.ask('DELETE', '/copies/x'),
      await broken.post(REQUEST),
    ];
    for (const answer of answers) {
      expect(problemIn(answer, name, status)).not.toContain('inside');
      if (status !== 500) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect(broken.logged.filter(([level]) => level === 'error')).toHaveLength(status === 429 ? 0 : 4);
  });

  it('answers for itself while the stores cannot be read', async () => {
    const { executions } = api;
    const runtime = () =>
      Promise.reject(new CopyError('ProviderUnavailable', 'The parameter cannot be read just now.'));
    const app = createApi({ executions, runtime, log: { info: () => {}, warn: () => {}, error: () => {} } });
    expect((await app.request('/health')).status).toBe(200);
    const post = { method: 'POST', body: JSON.stringify(REQUEST), headers: { 'content-type': 'application/json' } };
    problemIn(await readAnswer(await app.request('/copies', post)), 'ServiceUnavailable', 503);
  });

  it('warns its operator on stderr unless it is given a log', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const executions = { ...api.executions, list: () => Promise.reject(new Error('the disk is full')) };
    const app = createApi({ executions, runtime: api.world.runtime });
    expect((await app.request('/copies')).status).toBe(500);
    expect((await warned).message).toContain('the disk is full');
  });
});
