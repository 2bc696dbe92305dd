import { describe, expect, it } from 'vitest';
import type { Fault } from '#test/emulators/fault-plan.ts';
import { mib, pick, send, upload, verdict, world } from './s3-client.ts';

/** An emulator with an open upload and a rule that spoils the first copied part. */
async function spoiled(fault: Fault, leadingBlanks = false) {
  const emulator = await world({ quirks: { leadingBlanks } });
  const begun = await upload(emulator);
  emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'UploadPartCopy', times: 1, fault }] });
  const copied = () => emulator.model.openUploads('archive')[0]?.parts.get(1)?.content.size;
  return { emulator, ...begun, copied, copyFirst: () => begun.copy(1, `bytes=0-${mib - 1}`) };
}

describe('faults on the wire', () => {
  it('status: an error document with headers, and no work', async () => {
    const headers = { 'retry-after': '3' };
    const { emulator, copyFirst, copied } = await spoiled({ kind: 'status', status: 503, code: 'SlowDown', headers });
    await using _ = emulator;
    const reply = await copyFirst();
    expect([...verdict(reply), reply.headers['retry-after'], copied()]).toEqual([503, 'SlowDown', '3', undefined]);
    expect((await copyFirst()).status).toBe(200);
    expect(emulator.faults.log).toMatchObject([{ kind: 'status', operation: 'UploadPartCopy', partNumber: 1 }]);
  });

  it.each(['CopyObject', 'UploadPartCopy', 'CompleteMultipartUpload'])(
    'S3-3 error-in-200 of %s, with blanks in front',
    async (operation) => {
      for (const done of [false, true]) {
        await using emulator = await world({ quirks: { leadingBlanks: true } });
        const { copy, complete } = await upload(emulator);
        const part = await copy(1);
        const parts = [[1, /[0-9a-f]{32}/.exec(pick(part, 'ETag'))?.[0] ?? '']] as const;
        const fault = { kind: 'error-in-200', code: 'InternalError', done } as const;
        emulator.faults.setPlan({ seed: 1, rules: [{ operation, times: 1, fault }] });
        const ask = {
          CopyObject: () =>
            send(emulator, { method: 'PUT', bucket: 'archive', path: '/d', headers: { 'x-amz-copy-source': 'raw/s' } }),
          UploadPartCopy: () => copy(2),
          CompleteMultipartUpload: () => complete(parts),
        }[operation];
        const reply = await ask?.();
        expect(reply && verdict(reply)).toEqual([200, 'InternalError']);
        expect(reply?.text).toMatch(/^\s+<\?xml/);
        const exists = emulator.model.getObject('archive', 'd') !== undefined;
        const second = emulator.model.openUploads('archive')[0]?.parts.has(2) ?? false;
        expect(operation === 'UploadPartCopy' ? second : exists).toBe(done);
      }
    },
  );

  it.each(['missing-etag', 'empty-etag'] as const)('%s: the work is done', async (kind) => {
    const { emulator, copyFirst, copied } = await spoiled({ kind });
    await using _ = emulator;
    const reply = await copyFirst();
    expect([reply.status, pick(reply, 'ETag'), copied()]).toEqual([200, '', mib]);
    expect(reply.text.includes('<ETag>')).toBe(kind === 'empty-etag');
  });

  it.each([
    ['empty-body', 200],
    ['malformed-xml', 200],
    ['lost-answer', 0],
    ['cut-body', 0],
  ] as const)('%s: the work is done', async (kind, status) => {
    const { emulator, copyFirst, copied } = await spoiled({ kind });
    await using _ = emulator;
    const reply = await copyFirst().catch(() => undefined);
    expect([reply?.status ?? 0, copied()]).toEqual([status, mib]);
    expect(reply?.text.includes('</CopyPartResult>') ?? false).toBe(false);
  });

  it('reset: no work and no answer', async () => {
    const { emulator, copyFirst, copied } = await spoiled({ kind: 'reset' });
    await using _ = emulator;
    await expect(copyFirst()).rejects.toThrow();
    expect(copied()).toBeUndefined();
  });

  it('whole-object and wrong-size: the part is not what was asked for', async () => {
    const whole = await spoiled({ kind: 'whole-object' });
    await using _ = whole.emulator;
    expect([(await whole.copyFirst()).status, whole.copied()]).toEqual([200, 16 * mib]);
    const short = await spoiled({ kind: 'wrong-size', bytes: 3 });
    await using __ = short.emulator;
    expect([(await short.copyFirst()).status, short.copied()]).toEqual([200, mib - 3]);
  });

  it('lost-answer of Complete: the repetition is answered as the first would have been', async () => {
    await using emulator = await world();
    const { copy, complete } = await upload(emulator);
    const etag = /[0-9a-f]{32}/.exec((await copy(1)).text)?.[0] ?? '';
    const fault = { kind: 'lost-answer' } as const;
    emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'CompleteMultipartUpload', times: 1, fault }] });
    await expect(complete([[1, etag]])).rejects.toThrow();
    expect(pick(await complete([[1, etag]]), 'ETag')).toContain('-1');
  });

  it('refuses a wrong signature before any fault', async () => {
    await using emulator = await world();
    const fault = { kind: 'status', status: 503, code: 'SlowDown' } as const;
    emulator.faults.setPlan({ seed: 1, rules: [{ operation: '*', fault }] });
    const wrong = await send(emulator, { bucket: 'raw', path: '/s', secretAccessKey: 'wrong' });
    expect(verdict(wrong)).toEqual([403, 'SignatureDoesNotMatch']);
  });
});
