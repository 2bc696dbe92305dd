import { describe, expect, it } from 'vitest';
import type { Fault } from '#test/emulators/fault-plan.ts';
import { pick, refusalOf, send, upload } from './qingstor-client.ts';
import { world } from './qingstor-world.ts';

/** An emulator with an open upload and a rule that spoils part 0, or another operation once. */
async function spoiled(fault: Fault, operation = 'UploadPartCopy') {
  const emulator = await world();
  const begun = await upload(emulator);
  const part = operation === 'UploadPartCopy' ? { partNumbers: [0] } : {};
  emulator.faults.setPlan({ seed: 1, rules: [{ operation, times: 1, fault, ...part }] });
  const size = (number = 0) => emulator.model.openUploads('archive')[0]?.parts.get(number)?.content.size;
  return { emulator, ...begun, size, copyFirst: () => begun.copy(0, 'bytes=0-99') };
}

describe('faults on the wire', () => {
  it('status: a JSON document, here of a throttle that comes as 400, and no work', async () => {
    const headers = { 'retry-after': '3' };
    const { emulator, copyFirst, copy, size } = await spoiled({
      kind: 'status',
      status: 400,
      code: 'max_requests_exceeded',
      headers,
    });
    await using _ = emulator;
    expect((await copy(1, 'bytes=0-9')).status).toBe(201);
    const reply = await copyFirst();
    expect(refusalOf(reply)).toEqual([400, 'max_requests_exceeded']);
    expect([reply.headers['retry-after'], size()]).toEqual(['3', undefined]);
    expect((await copyFirst()).status).toBe(201);
    expect(emulator.faults.log).toMatchObject([{ kind: 'status', operation: 'UploadPartCopy', partNumber: 0 }]);
  });

  it('throttles above a rate with 400 max_requests_exceeded', async () => {
    await using emulator = await world();
    const rate = { perSecond: 1e-6, status: 400, code: 'max_requests_exceeded' };
    emulator.faults.setPlan({ seed: 1, rules: [], rate });
    const ask = () => send(emulator, { bucket: 'raw', path: '/?uploads' });
    expect((await ask()).status).toBe(200);
    expect(refusalOf(await ask())).toEqual([400, 'max_requests_exceeded']);
  });

  it.each([
    ['missing-etag', undefined],
    ['empty-etag', ''],
  ] as const)(
    'QS-4 %s: the part is there, its header is not, and neither is that of List Parts',
    async (kind, value) => {
      const { emulator, copyFirst, size, list } = await spoiled({ kind });
      await using _ = emulator;
      const reply = await copyFirst();
      expect([reply.status, reply.headers['etag'], reply.text, size()]).toEqual([201, value, '', 100]);
      expect((await list()).text).toContain('"etag":"');
      emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'ListParts', fault: { kind } }] });
      const listed = pick(await list(), 'object_parts');
      expect(listed).toEqual([
        {
          part_number: 0,
          size: 100,
          created: expect.any(String),
          ...(value === undefined ? {} : { etag: value }),
        },
      ]);
    },
  );

  it('error-in-200: a JSON document of an error, and no work unless the plan says so', async () => {
    for (const done of [false, true]) {
      const { emulator, copyFirst, size } = await spoiled({ kind: 'error-in-200', code: 'internal_error', done });
      await using _ = emulator;
      const reply = await copyFirst();
      expect(refusalOf(reply)).toEqual([200, 'internal_error']);
      expect([reply.headers['content-type'], reply.headers['etag']]).toEqual(['application/json', undefined]);
      expect(size()).toBe(done ? 100 : undefined);
    }
  });

  it('empty-body, cut-body and malformed documents: the work is done, what arrives is no document', async () => {
    const empty = await spoiled({ kind: 'empty-body' }, 'ListParts');
    await using _ = empty.emulator;
    expect((await empty.list()).text).toBe('');
    expect(pick(await empty.list(), 'count')).toBe(0);
    const malformed = await spoiled({ kind: 'malformed-xml' }, 'ListParts');
    await using __ = malformed.emulator;
    const { text } = await malformed.list();
    expect(() => JSON.parse(text)).toThrow();
    const cut = await spoiled({ kind: 'cut-body' }, 'ListParts');
    await using ___ = cut.emulator;
    await expect(cut.list()).rejects.toThrow();
    const part = await spoiled({ kind: 'cut-body' });
    await using ____ = part.emulator;
    await expect(part.copyFirst()).rejects.toThrow();
    expect(part.size()).toBe(100);
  });

  it('whole-object and wrong-size: the answer looks as usual, the part is another', async () => {
    const whole = await spoiled({ kind: 'whole-object' });
    await using _ = whole.emulator;
    const reply = await whole.copyFirst();
    expect([reply.status, reply.headers['x-qs-content-copy-range']]).toEqual([201, undefined]);
    expect(whole.size()).toBe(whole.emulator.model.getObject('raw', 's')?.content.size);
    const wrong = await spoiled({ kind: 'wrong-size', bytes: 7 });
    await using __ = wrong.emulator;
    expect((await wrong.copyFirst()).headers['x-qs-content-copy-range']).toMatch(/^bytes 0-99\//);
    expect(wrong.size()).toBe(93);
  });

  it('reset, lost-answer and stall: with and without the work', async () => {
    for (const [fault, size] of [
      [{ kind: 'reset' }, undefined],
      [{ kind: 'lost-answer' }, 100],
      [{ kind: 'stall', ms: 1, where: 'before' }, undefined],
    ] as const) {
      const started = await spoiled(fault);
      await using _ = started.emulator;
      await expect(started.copyFirst()).rejects.toThrow();
      expect(started.size()).toBe(size);
    }
    const slow = await spoiled({ kind: 'stall', ms: 1 }, 'ListParts');
    await using _ = slow.emulator;
    expect((await slow.list()).status).toBe(200);
    slow.emulator.faults.setPlan({ seed: 1, rules: [{ operation: '*', fault: { kind: 'latency', ms: 1 } }] });
    expect((await slow.list()).status).toBe(200);
  });

  it('a lost Complete is done: the upload is gone and the ETag is ours', async () => {
    const { emulator, copyFirst, complete } = await spoiled({ kind: 'lost-answer' }, 'CompleteMultipartUpload');
    await using _ = emulator;
    await copyFirst();
    await expect(complete([{ part_number: 0 }], { etag: '"mine"' })).rejects.toThrow();
    expect(emulator.model.getObject('archive', 'd')?.etag).toBe('mine');
    expect(refusalOf(await complete([{ part_number: 0 }]))).toEqual([404, 'upload_not_exists']);
  });

  it('never hides a wrong signature, and tells of requests before they are worked on', async () => {
    const seen: string[] = [];
    await using emulator = await world({
      faults: {
        seed: 1,
        rules: [{ operation: '*', fault: { kind: 'status', status: 503, code: 'service_unavailable' } }],
      },
      onRequest: ({ operation }) => seen.push(operation),
    });
    const ask = (secretAccessKey?: string) =>
      send(emulator, { bucket: 'raw', path: '/s', ...(secretAccessKey === undefined ? {} : { secretAccessKey }) });
    expect(refusalOf(await ask('wrong'))).toEqual([401, 'signature_not_matched']);
    expect(seen).toEqual([]);
    expect(refusalOf(await ask())).toEqual([503, 'service_unavailable']);
    expect(seen).toEqual(['GetObject']);
  });
});
