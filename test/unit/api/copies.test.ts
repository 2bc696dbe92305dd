import type { CopyStatus } from '@objectferry/shared/api.ts';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { ExecutionConflict } from '#functions/executions.ts';
import { seededBytes, type WorldOptions } from '../../world.ts';
import { type ApiWorld, HELD, IN_PARTS, MIB, problemIn, REQUEST, startApiWorld } from './api-world.ts';

const threeDone = ({ progress }: CopyStatus) => progress?.partsDone === 3;
const ended = ({ state }: CopyStatus) => state !== 'running';

async function held(replace = {}): Promise<ApiWorld> {
  const api = await startApiWorld(HELD, replace);
  api.world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB + 7));
  return api;
}

describe('GET /copies/{id}', () => {
  it('tells how far a copy is by what the provider lists', async () => {
    await using api = await held();
    const id = await api.started(IN_PARTS);
    const status = await api.statusWhen(id, threeDone);
    expect(status).toEqual({
      id,
      state: 'running',
      startedAt: expect.stringMatching(/Z$/),
      source: 'oss://raw/key',
      destination: 'oss://archive/copy',
      strategy: 'parts',
      size: 5 * MIB + 7,
      progress: {
        partsDone: 3,
        partCount: 6,
        bytesDone: 3 * MIB,
        size: 5 * MIB + 7,
        bytesPerSecond: expect.any(Number),
        etaSeconds: expect.any(Number),
      },
      links: { self: `/copies/${id}` },
    });
    const { bytesPerSecond = 0, etaSeconds } = status.progress ?? {};
    expect(etaSeconds).toBeGreaterThanOrEqual(Math.floor((2 * MIB) / bytesPerSecond));
  });

  it('ends with the receipt', async () => {
    await using api = await startApiWorld();
    api.world.oss.model.putObject('raw', 'key', seededBytes(3 * MIB));
    const status = await api.statusWhen(await api.started(IN_PARTS), ended);
    expect(status).toMatchObject({ state: 'succeeded', strategy: 'parts', size: 3 * MIB, receipt: { partCount: 3 } });
    expect(status.endedAt).toMatch(/Z$/);
    expect(status).not.toHaveProperty('error');
  });

  it('ends with the sentence of the error, and what to do next', async () => {
    await using api = await startApiWorld();
    const status = await api.statusWhen(await api.started(), ended);
    expect(status.state).toBe('failed');
    expect(status.error).toEqual({
      name: 'SourceNotFound',
      message: expect.stringContaining('There is no "raw/key".'),
      advice: expect.stringMatching(/^Check the bucket/),
    });
  });

  it('shows the parts that a failed copy kept', async () => {
    await using api = await startApiWorld({
      faultRules: [
        { operation: 'UploadPartCopy', partNumbers: [3], fault: { kind: 'status', status: 403, code: 'AccessDenied' } },
      ],
    });
    api.world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB));
    const request = { ...IN_PARTS, options: { ...IN_PARTS.options, onFailure: 'keep' } };
    const status = await api.statusWhen(await api.started(request), ended);
    expect(status).toMatchObject({ state: 'failed', progress: { partsDone: 2, partCount: 5 } });
    expect(status.error?.name).toBe('AccessDenied');
  });

  it('says what is known when the upload is gone, and that this is all', async () => {
    await using api = await held();
    const id = await api.started(IN_PARTS);
    await api.statusWhen(id, threeDone);
    const [upload] = api.world.oss.model.openUploads('archive');
    if (upload === undefined) return expect.fail('no upload is open');
    await using gone = await startApiWorld({}, { describe: api.executions.describe, pinned: api.executions.pinned });
    // That other store has no such upload.
    const status = await gone.statusWhen(id, () => true);
    expect(status).toMatchObject({ state: 'running', strategy: 'parts', size: 5 * MIB + 7 });
    expect(status.progressError).toMatchObject({
      name: 'UploadGone',
      message: expect.stringMatching(/completed or aborted/),
    });
    expect(status).not.toHaveProperty('progress');
    expect(gone.logged).toEqual([]);
  });

  it('says so when the provider does not list the parts', async () => {
    await using api = await startApiWorld({
      faultRules: [
        ...(HELD.faultRules ?? []),
        { operation: 'ListParts', after: 1, fault: { kind: 'status', status: 403, code: 'AccessDenied' } },
      ],
    });
    api.world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB));
    const status = await api.statusWhen(
      await api.started(IN_PARTS),
      ({ progressError }) => progressError !== undefined,
    );
    expect(status).toMatchObject({ state: 'running', progressError: { name: 'AccessDenied' } });
    expect(api.logged.some(([level, message]) => level === 'warn' && message.includes('cannot be listed'))).toBe(true);
  });

  it.each([
    [
      'Lambda.OutOfMemory',
      'The function ran out of memory.',
      { name: 'Lambda.OutOfMemory', message: 'The function ran out of memory.' },
    ],
    [
      'TypeError',
      '{"errorMessage":"secret","errorType":"TypeError"}',
      { name: 'TypeError', message: expect.not.stringContaining('secret') },
    ],
    [
      'SourceChanged',
      '{"errorMessage":"It was replaced."}',
      { name: 'SourceChanged', message: 'It was replaced.', advice: expect.any(String) },
    ],
    ['InvalidRequest', 'source is missing.', { name: 'InvalidRequest', message: 'source is missing.' }],
  ])('tells of %s no more than a caller can use', async (error, cause, expected) => {
    const request = { source: 5 };
    const failed = { id: 'x', state: 'failed', startedAt: new Date(), request, error, cause } as const;
    await using api = await startApiWorld({}, { describe: async () => failed });
    const status = await api.statusWhen('x', () => true);
    expect(status.error).toEqual(expected);
    expect(status).not.toHaveProperty('source');
  });

  it.each(['none', 'a.b', '%2e%2e%2fx', 'x'.repeat(81), '%00', 'ü'])('knows no copy %s', async (id) => {
    await using api = await startApiWorld();
    expect(problemIn(await api.ask('GET', `/copies/${id}`), 'CopyNotFound', 404)).toMatch(/GET \/copies lists/);
    problemIn(await api.ask('DELETE', `/copies/${id}`), 'CopyNotFound', 404);
  });
});

describe('DELETE /copies/{id}', () => {
  it('stops a copy and leaves no upload, and accepts to be asked again', async () => {
    await using api = await held();
    const id = await api.started(IN_PARTS);
    await api.statusWhen(id, threeDone);
    const answers = [await api.ask('DELETE', `/copies/${id}`), await api.ask('DELETE', `/copies/${id}`)];
    for (const { status, headers, body } of answers) {
      expect([status, headers.get('location')]).toEqual([202, `/copies/${id}`]);
      expect(body).toEqual({ id, links: { self: `/copies/${id}` } });
    }
    const status = await api.statusWhen(id, ended);
    expect(status).toMatchObject({ state: 'stopped', error: { name: 'Stopped' } });
    api.world.expectNoUploads();
    expect((await api.ask('DELETE', `/copies/${id}`)).status).toBe(202);
  });

  it('does not let anybody believe that a finished copy was stopped', async () => {
    await using api = await startApiWorld();
    api.world.oss.model.putObject('raw', 'key', seededBytes(10));
    const id = await api.started();
    await api.statusWhen(id, ended);
    expect(problemIn(await api.ask('DELETE', `/copies/${id}`), 'CopyEnded', 409)).toMatch(/as succeeded/);
  });
});

describe('POST /copies/{id}/resume', () => {
  const failing: WorldOptions = {
    faultRules: [
      {
        operation: 'UploadPartCopy',
        partNumbers: [3],
        times: 1,
        fault: { kind: 'status', status: 403, code: 'AccessDenied' },
      },
    ],
  };
  const failed = async (api: ApiWorld, request: unknown): Promise<string> => {
    api.world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB));
    const id = await api.started(request);
    expect(await api.statusWhen(id, ended)).toMatchObject({ state: 'failed' });
    return id;
  };

  it('has a copy go on with the parts that it kept, and accepts to be asked again', async () => {
    await using api = await startApiWorld(failing);
    const id = await failed(api, { ...IN_PARTS, options: { ...IN_PARTS.options, onFailure: 'keep' } });
    const answers = await Promise.all([1, 2].map(() => api.ask('POST', `/copies/${id}/resume`)));
    for (const { status, headers, body } of answers) {
      expect([status, headers.get('location')]).toEqual([202, `/copies/${id}`]);
      expect(body).toEqual({ id, links: { self: `/copies/${id}` } });
    }
    const status = await api.statusWhen(id, ended);
    expect(status).toMatchObject({ state: 'succeeded', receipt: { adopted: 2, partCount: 5 } });
    expect(status).not.toHaveProperty('error');
    api.world.expectSameBytes();
    expect(problemIn(await api.ask('POST', `/copies/${id}/resume`), 'NotResumable', 409)).toMatch(/has succeeded/);
  });

  it('refuses one that was not to keep its parts, and starts nothing', async () => {
    await using api = await startApiWorld(failing);
    const id = await failed(api, IN_PARTS);
    expect(problemIn(await api.ask('POST', `/copies/${id}/resume`), 'NotResumable', 409)).toMatch(/start it again/);
    expect((await api.statusWhen(id, () => true)).state).toBe('failed');
  });

  it('says why the machine cannot, and knows no copy that there is not', async () => {
    const request = { ...REQUEST, options: { onFailure: 'keep' } };
    const old = { id: 'x', state: 'failed', startedAt: new Date(), request } as const;
    const redrive = () => Promise.reject(new ExecutionConflict('It ended more than 14 days ago.'));
    await using api = await startApiWorld({}, { describe: async (id) => (id === 'x' ? old : undefined), redrive });
    expect(problemIn(await api.ask('POST', '/copies/x/resume'), 'NotResumable', 409)).toMatch(/14 days/);
    problemIn(await api.ask('POST', '/copies/y/resume'), 'CopyNotFound', 404);
  });
});

const Page = v.object({
  copies: v.array(v.object({ id: v.string(), state: v.string() })),
  next: v.optional(v.string()),
});

describe('GET /copies', () => {
  it('lists by state, page by page, newest first', async () => {
    await using api = await startApiWorld();
    api.world.oss.model.putObject('raw', 'key', seededBytes(10));
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const missing = { ...REQUEST, source: 'oss://raw/missing' };
      const id = await api.started(count === 2 ? missing : REQUEST);
      await api.statusWhen(id, ended);
      ids.unshift(id);
    }
    const paged: string[] = [];
    let next: string | undefined;
    do {
      const query = new URLSearchParams({ limit: '2', ...(next === undefined ? {} : { next }) });
      const page = v.parse(Page, (await api.ask('GET', `/copies?${query}`)).body);
      expect(page.copies.length).toBeLessThanOrEqual(2);
      paged.push(...page.copies.map(({ id }) => id));
      next = page.next;
    } while (next !== undefined);
    expect(paged).toEqual(ids);
    const failed = v.parse(Page, (await api.ask('GET', '/copies?state=failed')).body);
    expect(failed.copies).toMatchObject([{ id: ids[2], state: 'failed' }]);
    expect((await api.ask('GET', '/copies?state=running')).body).toEqual({ copies: [] });
  });

  it.each([
    ['state=done', /^The query: state must be "running" or/],
    ['stat=running', 'The query: stat is not a known field, remove or rename it.'],
    ['limit=0', 'The query: limit must be 1 or more.'],
    ['limit=1001', 'The query: limit must be 1000 or less.'],
    ['limit=ten', 'The query: limit must be a whole number.'],
    ['limit=1&limit=2', 'The query: limit is given twice, give it once.'],
    ['next=', /^The query: next is empty/],
    ['next=rubbish', /^next is not one that a page ended with/],
  ])('refuses ?%s', async (query, sentence) => {
    await using api = await startApiWorld();
    expect(problemIn(await api.ask('GET', `/copies?${query}`), 'InvalidRequest', 400)).toMatch(sentence);
  });
});
