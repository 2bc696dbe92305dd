import { CopyAccepted, CopyStatus } from '@objectferry/shared/api.ts';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { handler as Handler } from '#functions/api.ts';
import { seededBytes } from '../../world.ts';
import { HELD, IN_PARTS, MIB, REQUEST } from './api-world.ts';
import { AUTHORIZERS, type Call, context, gatewayEvent, type LambdaWorld, startLambdaWorld } from './lambda-world.ts';

/** The deployed function, as API Gateway calls it, with a Step Functions that runs the copies for real. */
describe('the handler of the API', () => {
  let aws: LambdaWorld;
  let handler: typeof Handler;
  beforeAll(async () => {
    aws = await startLambdaWorld(HELD);
    ({ handler } = await import('#functions/api.ts'));
    aws.world.oss.model.putObject('raw', 'key', seededBytes(4 * MIB));
    aws.world.oss.model.putObject('raw', 'small', seededBytes(10));
  });
  afterAll(() => aws[Symbol.asyncDispose]());

  const call = async (of: Call) => {
    const { statusCode, headers = {}, body, isBase64Encoded } = await handler(gatewayEvent(of), context);
    expect(isBase64Encoded).toBe(false);
    return { status: statusCode, headers, body: body === '' ? undefined : JSON.parse(body) };
  };
  const small = { source: 'oss://raw/small', destination: 'oss://archive/small' };
  const post = (request: unknown, of: Partial<Call> = {}) =>
    call({
      method: 'POST',
      path: '/copies',
      body: JSON.stringify(request),
      ...of,
      headers: { 'content-type': 'application/json', ...of.headers },
    });
  const started = async (request: unknown, of: Partial<Call> = {}) => {
    const { status, body } = await post(request, of);
    expect(status, JSON.stringify(body)).toBe(202);
    return v.parse(CopyAccepted, body).id;
  };
  const status = async (id: string) => v.parse(CopyStatus, (await call({ method: 'GET', path: `/copies/${id}` })).body);

  it('starts, shows and stops a copy', async () => {
    const id = await started(IN_PARTS);
    await expect
      .poll(async () => (await status(id)).progress, { timeout: 20_000 })
      .toMatchObject({ partsDone: 3, partCount: 4 });
    const stop = await call({ method: 'DELETE', path: `/copies/${id}` });
    expect(stop).toMatchObject({ status: 202, body: { id } });
    expect(await status(id)).toMatchObject({
      state: 'stopped',
      error: { name: 'Stopped', message: 'Stopped through the API by iam:111122223333:AIDACKCEVSQ6C2EXAMPLE.' },
    });
    expect((await call({ method: 'DELETE', path: `/copies/${id}` })).status).toBe(202);
  });

  it('ends with a receipt, and takes a body in base64', async () => {
    const id = await started(small, { base64: true });
    await aws.stepFunctions.quiet(id);
    expect(await status(id)).toMatchObject({ state: 'succeeded', receipt: { strategy: 'whole', size: 10 } });
    expect((await call({ method: 'DELETE', path: `/copies/${id}` })).status).toBe(409);
    const list = await call({ method: 'GET', path: '/copies', query: 'state=succeeded&limit=1' });
    expect(list).toMatchObject({ status: 200, body: { copies: [{ id, state: 'succeeded' }] } });
  });

  it('ends with the sentence of the error', async () => {
    const id = await started({ ...REQUEST, source: 'oss://raw/missing' });
    await aws.stepFunctions.quiet(id);
    expect((await status(id)).error).toMatchObject({
      name: 'SourceNotFound',
      message: expect.stringMatching(/^There is no/),
    });
  });

  it('scopes an Idempotency-Key to the caller, whatever the session', async () => {
    const headers = { 'idempotency-key': 'K' };
    const as = (authorizer: unknown) => started(small, { headers, authorizer });
    const user = await as(AUTHORIZERS.user);
    await aws.stepFunctions.quiet(user);
    expect(await as(AUTHORIZERS.user)).toBe(user);
    const role = await as(AUTHORIZERS.role('one'));
    expect(await as(AUTHORIZERS.role('two'))).toBe(role);
    expect(new Set([user, role, await as(AUTHORIZERS.token)]).size).toBe(3);
    expect((await post(REQUEST, { headers })).body).toMatchObject({ status: 422 });
  });

  it.each([
    ['nobody', undefined],
    ['a function that said yes', { lambda: { key: 'value' } }],
    ['a token without a subject', { jwt: { claims: { iss: 'https://issuer.test/' }, scopes: null } }],
  ])('refuses %s as a caller, on every route', async (_, authorizer) => {
    for (const path of ['/copies', '/health', '/openapi.json']) {
      // `undefined` would stand for the default.
      const answer = await call({ method: 'GET', path, authorizer: authorizer ?? null });
      expect(answer).toMatchObject({ status: 401, body: { type: '/problems/Unauthenticated' } });
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });

  it('does not mind a GET with a body', async () => {
    expect(await call({ method: 'GET', path: '/health', body: '{}' })).toMatchObject({ status: 200 });
  });

  it('answers a bad request with a problem', async () => {
    const { status, headers, body } = await post({});
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      400,
      'application/problem+json',
      'no-store',
    ]);
    expect(body).toMatchObject({ detail: 'The copy request: source is missing.' });
  });

  it('asks the caller to come again when Step Functions throttles for long', async () => {
    const fault = { kind: 'status', status: 400, code: 'ThrottlingException' } as const;
    aws.stepFunctions.faults.setPlan({ seed: 1, rules: [{ operation: 'StartExecution', fault }] });
    const { status, headers, body } = await post(small);
    aws.stepFunctions.faults.setPlan({ seed: 1, rules: [] });
    expect(status).toBe(429);
    expect(headers['retry-after']).toBe('5');
    expect(JSON.stringify(body)).not.toContain('Exception');
  });
});
