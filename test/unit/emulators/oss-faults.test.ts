import { describe, expect, it } from 'vitest';
import type { Fault } from '#test/emulators/fault-plan.ts';
import { codeOf, pick, send } from './oss-client.ts';
import { mib, upload, world } from './oss-world.ts';

/** An emulator with an open upload and a rule that spoils the first copied part. */
async function spoiled(fault: Fault) {
  const emulator = await world();
  const begun = await upload(emulator);
  emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'UploadPartCopy', times: 1, fault }] });
  const copied = () => emulator.model.openUploads('archive')[0]?.parts.get(1)?.content.size;
  return { emulator, ...begun, copied, copyFirst: () => begun.copy(1, `bytes=0-${mib - 1}`) };
}

describe('faults on the wire', () => {
  it("status: the provider's own document with the plan's headers, and no work", async () => {
    const headers = { 'retry-after': '3', 'x-oss-qos-delay-time': '40' };
    const { emulator, copyFirst, copied } = await spoiled({
      kind: 'status',
      status: 503,
      code: 'TotalQpsLimitExceeded',
      headers,
    });
    await using _ = emulator;
    const reply = await copyFirst();
    expect([reply.status, codeOf(reply), copied()]).toEqual([503, 'TotalQpsLimitExceeded', undefined]);
    expect(reply.headers).toMatchObject(headers);
    expect((await copyFirst()).status).toBe(200);
    expect(emulator.faults.log).toMatchObject([{ kind: 'status', operation: 'UploadPartCopy', partNumber: 1 }]);
    expect(emulator.requests.count('UploadPartCopy')).toBe(2);
    expect(emulator.requests.recent.map(({ status, fault }) => [status, fault])).toEqual([
      [200, undefined],
      [503, 'status'],
      [200, undefined],
    ]);
  });

  it.each(['missing-etag', 'empty-etag'] as const)('%s: the work is done', async (kind) => {
    const { emulator, copyFirst, copied } = await spoiled({ kind });
    await using _ = emulator;
    const reply = await copyFirst();
    expect([reply.status, reply.headers['etag'] ?? '', pick(reply, 'ETag'), copied()]).toEqual([200, '', '', mib]);
    expect(reply.text.includes('<ETag>')).toBe(kind === 'empty-etag');
  });

  it('error-in-200: a document of an error, and no work unless the plan says so', async () => {
    for (const done of [false, true]) {
      const { emulator, copyFirst, copied } = await spoiled({ kind: 'error-in-200', code: 'InternalError', done });
      await using _ = emulator;
      const reply = await copyFirst();
      expect([reply.status, codeOf(reply), reply.headers['etag'], copied()]).toEqual([
        200,
        'InternalError',
        undefined,
        done ? mib : undefined,
      ]);
    }
  });

  it('empty-body and malformed-xml: the work is done', async () => {
    const empty = await spoiled({ kind: 'empty-body' });
    await using _ = empty.emulator;
    expect([(await empty.copyFirst()).text, empty.copied()]).toEqual(['', mib]);
    const malformed = await spoiled({ kind: 'malformed-xml' });
    await using __ = malformed.emulator;
    expect((await malformed.copyFirst()).text).toMatch(/<$/);
  });

  it('cut-body: the connection ends before what was promised', async () => {
    const { emulator, copyFirst, copied } = await spoiled({ kind: 'cut-body' });
    await using _ = emulator;
    await expect(copyFirst()).rejects.toThrow('aborted');
    expect(copied()).toBe(mib);
  });

  it('reset and lost-answer: no answer, without and with the work done', async () => {
    const before = await spoiled({ kind: 'reset' });
    await using _ = before.emulator;
    await expect(before.copyFirst()).rejects.toThrow(/ECONNRESET|hang up/);
    expect(before.copied()).toBeUndefined();
    const after = await spoiled({ kind: 'lost-answer' });
    await using __ = after.emulator;
    await expect(after.copyFirst()).rejects.toThrow(/ECONNRESET|hang up/);
    expect(after.copied()).toBe(mib);
  });

  it('stall: the body comes late, or nothing comes at all', async () => {
    const late = await spoiled({ kind: 'stall', ms: 80 });
    await using _ = late.emulator;
    const begun = performance.now();
    expect(pick(await late.copyFirst(), 'ETag')).not.toBe('');
    expect(performance.now() - begun).toBeGreaterThan(70);
    const silent = await spoiled({ kind: 'stall', ms: 20, where: 'before' });
    await using __ = silent.emulator;
    await expect(silent.copyFirst()).rejects.toThrow();
    expect(silent.copied()).toBeUndefined();
  });

  it('a stalled connection does not keep the emulator from closing', async () => {
    const { emulator, copyFirst } = await spoiled({ kind: 'stall', ms: 60_000 });
    const pending = expect(copyFirst()).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await emulator.close();
    await pending;
  });

  it('latency: later, and otherwise as it would be', async () => {
    const { emulator, copyFirst } = await spoiled({ kind: 'latency', ms: 60 });
    await using _ = emulator;
    const begun = performance.now();
    expect((await copyFirst()).headers['content-range']).toBeDefined();
    expect(performance.now() - begun).toBeGreaterThan(50);
  });

  it('whole-object and wrong-size: another size than the one asked for', async () => {
    const whole = await spoiled({ kind: 'whole-object' });
    await using _ = whole.emulator;
    expect([(await whole.copyFirst()).headers['content-range'], whole.copied()]).toEqual([undefined, 3 * mib]);
    const short = await spoiled({ kind: 'wrong-size', bytes: 5 });
    await using __ = short.emulator;
    expect([(await short.copyFirst()).headers['content-range'], short.copied()]).toEqual([
      `bytes 0-${mib - 1}/${3 * mib}`,
      mib - 5,
    ]);
  });

  it('a fault never hides a wrong signature', async () => {
    const { emulator } = await spoiled({ kind: 'reset' });
    await using _ = emulator;
    emulator.faults.setPlan({ seed: 1, rules: [{ operation: '*', fault: { kind: 'reset' } }] });
    expect(codeOf(await send(emulator, { bucket: 'raw', path: '/s', secretAccessKey: 'wrong' }))).toBe(
      'SignatureDoesNotMatch',
    );
  });

  it('throttles by rate', async () => {
    await using emulator = await world();
    const headers = { 'x-oss-qos-delay-time': '7' };
    emulator.faults.setPlan({
      seed: 1,
      rules: [],
      rate: { perSecond: 2, status: 503, code: 'ServiceUnavailable', headers },
    });
    const ask = () => send(emulator, { method: 'HEAD', bucket: 'raw', path: '/s' });
    const replies = [await ask(), await ask(), await ask()];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 503]);
    expect(replies[2]?.headers).toMatchObject(headers);
  });

  it('lets a test change the world between two parts', async () => {
    const seen: string[] = [];
    await using emulator = await world({
      keepRequests: 2,
      onRequest: ({ operation, partNumber }) => {
        seen.push(operation);
        if (partNumber === 2) {
          emulator.model.putVirtualObject('raw', 's', 3 * mib, 8);
        }
      },
    });
    const { copy } = await upload(emulator);
    const match = { 'x-oss-copy-source-if-match': `"${emulator.model.getObject('raw', 's')?.etag}"` };
    expect((await copy(1, 'bytes=0-9', match)).status).toBe(200);
    expect(codeOf(await copy(2, 'bytes=10-19', match))).toBe('PreconditionFailed');
    expect(seen).toEqual(['InitiateMultipartUpload', 'UploadPartCopy', 'UploadPartCopy']);
    expect(emulator.requests.recent.map(({ partNumber }) => partNumber)).toEqual([1, 2]);
    expect(emulator.requests.counts()).toEqual({ InitiateMultipartUpload: 1, UploadPartCopy: 2 });
  });

  it('waits for a hundred late answers at once without a warning', async () => {
    await using emulator = await world();
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    emulator.faults.setPlan({ seed: 1, rules: [{ operation: '*', fault: { kind: 'latency', ms: 50 } }] });
    const ask = () => send(emulator, { method: 'HEAD', bucket: 'raw', path: '/s' });
    const replies = await Promise.all(Array.from({ length: 100 }, ask));
    process.off('warning', listen);
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(warnings).toEqual([]);
  });
});
