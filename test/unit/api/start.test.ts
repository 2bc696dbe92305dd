import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededBytes } from '../../world.ts';
import { type ApiWorld, problemIn, REQUEST, startApiWorld } from './api-world.ts';

describe('POST /copies', () => {
  let api: ApiWorld;
  beforeAll(async () => {
    api = await startApiWorld();
    api.world.oss.model.putObject('raw', 'key', seededBytes(1000));
  });
  afterAll(() => api[Symbol.asyncDispose]());
  const json = { 'content-type': 'application/json' };

  it('starts a copy and says where it is told about', async () => {
    const { status, headers, body } = await api.post(REQUEST);
    expect(status).toBe(202);
    const id = expect.stringMatching(/^api-[0-9a-f]{32}$/);
    expect(body).toEqual({ id, links: { self: expect.stringMatching(/^\/copies\/api-/) } });
    const location = headers.get('location') ?? '';
    expect(body).toMatchObject({ links: { self: location } });
    const copy = await api.statusWhen(location.slice('/copies/'.length), ({ state }) => state !== 'running');
    expect(copy).toMatchObject({ state: 'succeeded', strategy: 'whole', size: 1000 });
    api.world.expectSameBytes();
  });

  it('starts another copy for each request without a key', async () => {
    expect(await api.started()).not.toBe(await api.started());
  });

  it('gives one copy to one key, however often and however written it is sent', async () => {
    const key = { 'idempotency-key': 'K-1' };
    const first = await api.post(REQUEST, key);
    const { destination, source } = REQUEST;
    const again = await Promise.all([api.post(REQUEST, key), api.post({ destination, source }, key)]);
    expect(again.map(({ status }) => status)).toEqual([202, 202]);
    expect(again.map(({ body }) => body)).toEqual([first.body, first.body]);
    const other = await api.post(REQUEST, { 'idempotency-key': 'K-2' });
    expect(other.body).not.toEqual(first.body);
  });

  it('refuses a key that stands for another request', async () => {
    const key = { 'idempotency-key': 'K-3' };
    await api.post(REQUEST, key);
    const answer = await api.post({ ...REQUEST, destination: 'oss://archive/other' }, key);
    expect(problemIn(answer, 'IdempotencyKeyReused', 422)).toMatch(/new key/);
  });

  it.each([
    ['with spaces', 'a b'],
    ['too long', 'x'.repeat(256)],
  ])('refuses a key %s', async (_, key) => {
    const answer = await api.post(REQUEST, { 'idempotency-key': key });
    expect(problemIn(answer, 'InvalidRequest', 400)).toMatch(/^Idempotency-Key/);
  });

  it.each([
    [{}, 'The copy request: source is missing.'],
    [{ ...REQUEST, optoins: {} }, 'The copy request: optoins is not a known field, remove or rename it.'],
    [{ ...REQUEST, options: { acl: null } }, 'The copy request: options.acl must be a string, but is null.'],
    [{ ...REQUEST, source: 'oss:/raw/key' }, /^The copy request: source is not a location, write/],
    [{ ...REQUEST, options: { partSizeMiB: 0 } }, 'The copy request: options.partSizeMiB must be 1 or more.'],
    [{ ...REQUEST, source: 'other://raw/key' }, /^source\.store is "other", which is not in the stores file/],
    [{ ...REQUEST, destination: REQUEST.source }, /^source and destination are the same object/],
  ])('refuses %j in the words of the machine', async (request, sentence) => {
    const detail = problemIn(await api.post(request), 'InvalidRequest', 400);
    expect(detail).toMatch(sentence);
    // The same request given to the machine itself, as in the console, which the API has no part in.
    const id = `console-${randomUUID()}`;
    await api.executions.start({ id, request });
    const { error } = await api.statusWhen(id, ({ state }) => state !== 'running');
    expect(error).toEqual({ name: 'InvalidRequest', message: detail });
  });

  it.each(['null', '[]', '"oss://raw/key"', '1'])('refuses %s, which is JSON but no request', async (body) => {
    const answer = await api.ask('POST', '/copies', { body, headers: json });
    expect(problemIn(answer, 'InvalidRequest', 400)).toMatch(
      /^The copy request: (?:must be an object|source is missing)/,
    );
  });

  it.each([
    ['none', {}],
    ['text', { 'content-type': 'text/plain' }],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }],
  ])('refuses a body of %s type', async (_, headers) => {
    const answer = await api.ask('POST', '/copies', { body: Buffer.from(JSON.stringify(REQUEST)), headers });
    expect(problemIn(answer, 'UnsupportedMediaType', 415)).toMatch(/application\/json/);
  });

  it('takes a charset that is UTF-8', async () => {
    const answer = await api.post(REQUEST, { 'content-type': 'application/json; charset="UTF-8"' });
    expect(answer.status).toBe(202);
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"source":'],
    ['bytes that are no text', Buffer.from([0x22, 0xff, 0x22])],
  ])('refuses %s as JSON', async (_, body) => {
    const answer = await api.ask('POST', '/copies', { body, headers: json });
    expect(problemIn(answer, 'MalformedJson', 400)).toMatch(/JSON/);
  });

  it('takes 64 KiB and no byte more', async () => {
    const text = JSON.stringify(REQUEST);
    const padded = (bytes: number) => text.padEnd(bytes, ' ');
    const least = await api.ask('POST', '/copies', { body: padded(64 * 1024), headers: json });
    expect(least.status).toBe(202);
    const most = await api.ask('POST', '/copies', { body: padded(64 * 1024 + 1), headers: json });
    expect(problemIn(most, 'BodyTooLarge', 413)).toMatch(/64 KiB/);
  });

  it('does not believe that a body without a length is short', async () => {
    const answered = Promise.withResolvers<number>();
    const request = httpRequest(`${api.url}/copies`, { method: 'POST', headers: json }, (response) => {
      answered.resolve(response.statusCode ?? 0);
      response.resume();
    });
    // Whatever comes after the answer may find the connection closed.
    request.on('error', answered.reject);
    for (let chunk = 0; chunk < 5; chunk += 1) request.write(' '.repeat(16 * 1024));
    expect(await answered.promise).toBe(413);
    request.destroy();
  });

  it('takes a caller that leaves in the middle of its body for no failure of its own', async () => {
    const before = api.logged.length;
    const request = httpRequest(`${api.url}/copies`, { method: 'POST', headers: { ...json, 'content-length': 100 } });
    const left = new Promise((resolve) => request.on('error', resolve));
    await new Promise((resolve) => request.write('{"source":', resolve));
    request.destroy(new Error('gone'));
    await left;
    // Answered after the one that left, so that one has been dealt with.
    await api.post(REQUEST);
    expect(api.logged.slice(before).filter(([level]) => level === 'error')).toEqual([]);
  });

  it('answers an error of the inside with nothing of it, and logs it', async () => {
    const secret = 'password=hunter2';
    await using broken = await startApiWorld({}, { start: () => Promise.reject(new Error(secret)) });
    const answer = await broken.post(REQUEST);
    expect(problemIn(answer, 'InternalError', 500)).not.toContain('hunter2');
    expect(broken.logged.map(([level, , detail]) => [level, String(detail)])).toEqual([['error', `Error: ${secret}`]]);
  });
});
