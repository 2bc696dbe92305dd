import { describe, expect, it } from 'vitest';
import type { Fault } from '#test/emulators/fault-plan.ts';
import { outcome, send, upload, world } from './obs-client.ts';
import { pick } from './oss-client.ts';

const mib = 2 ** 20;

/** An emulator with an open upload and a rule that spoils the first copied part. */
async function spoiled(fault: Fault) {
  const emulator = await world();
  const begun = await upload(emulator);
  emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'UploadPartCopy', times: 1, fault }] });
  const copied = () => emulator.model.openUploads('archive')[0]?.parts.get(1)?.content.size;
  return { emulator, ...begun, copied, copyFirst: () => begun.copy(1, `bytes=0-${mib - 1}`) };
}

describe('OBS faults', () => {
  it('OBS-14 status: the document of OBS with both ids and the headers of the plan', async () => {
    const headers = { 'x-obs-qos-delay-time': '40' };
    const { emulator, copyFirst, copied } = await spoiled({ kind: 'status', status: 503, code: 'SlowDown', headers });
    await using _ = emulator;
    const reply = await copyFirst();
    expect([...outcome(reply), copied()]).toEqual([503, 'SlowDown', undefined]);
    expect(reply.headers).toMatchObject(headers);
    expect(pick(reply, 'RequestId')).toBe(reply.headers['x-obs-request-id']);
    expect(pick(reply, 'HostId')).toBe(reply.headers['x-obs-id-2']);
    expect(pick(reply, 'Resource')).toBe('/archive/d');
    expect((await copyFirst()).status).toBe(200);
    expect(emulator.faults.log).toMatchObject([{ kind: 'status', operation: 'UploadPartCopy', partNumber: 1 }]);
  });

  it.each(['missing-etag', 'empty-etag', 'empty-body'] as const)(
    'OBS-1 %s: a 200 that proves nothing',
    async (kind) => {
      const { emulator, copyFirst, copied } = await spoiled({ kind });
      await using _ = emulator;
      const reply = await copyFirst();
      expect([reply.status, pick(reply, 'ETag'), copied()]).toEqual([200, '', mib]);
      expect([reply.text === '', reply.text.includes('<ETag>')]).toEqual([
        kind === 'empty-body',
        kind === 'empty-etag',
      ]);
    },
  );

  it('OBS-2 error-in-200: an error document under a 200', async () => {
    for (const done of [false, true]) {
      const { emulator, copyFirst, copied } = await spoiled({ kind: 'error-in-200', code: 'InternalError', done });
      await using _ = emulator;
      expect([...outcome(await copyFirst()), copied()]).toEqual([200, 'InternalError', done ? mib : undefined]);
    }
  });

  it('OBS-2 cut-body: the body breaks off, without a length to tell', async () => {
    const { emulator, copyFirst, copied } = await spoiled({ kind: 'cut-body' });
    await using _ = emulator;
    await expect(copyFirst()).rejects.toThrow('aborted');
    expect(copied()).toBe(mib);
  });

  it('malformed-xml, stall and latency', async () => {
    const malformed = await spoiled({ kind: 'malformed-xml' });
    await using _ = malformed.emulator;
    expect((await malformed.copyFirst()).text).toMatch(/<$/);
    for (const fault of [
      { kind: 'stall', ms: 30 },
      { kind: 'latency', ms: 30 },
    ] as const) {
      const slow = await spoiled(fault);
      await using __ = slow.emulator;
      expect(pick(await slow.copyFirst(), 'ETag')).not.toBe('');
    }
  });

  it('reset and lost-answer: no answer, without and with the work done', async () => {
    for (const [kind, size] of [
      ['reset', undefined],
      ['lost-answer', mib],
    ] as const) {
      const { emulator, copyFirst, copied } = await spoiled({ kind });
      await using _ = emulator;
      await expect(copyFirst()).rejects.toThrow(/ECONNRESET|hang up/);
      expect(copied()).toBe(size);
    }
  });

  it('whole-object and wrong-size: more or less than was asked', async () => {
    for (const [fault, size] of [
      [{ kind: 'whole-object' }, 3 * mib],
      [{ kind: 'wrong-size', bytes: 1 }, mib - 1],
    ] as const) {
      const { emulator, copyFirst, copied } = await spoiled(fault);
      await using _ = emulator;
      expect([(await copyFirst()).status, copied()]).toEqual([200, size]);
    }
  });

  it('rate: refuses what is too fast, and never hides a wrong signature', async () => {
    await using emulator = await world({
      faults: { seed: 1, rules: [], rate: { perSecond: 0.01, status: 429, code: 'TooManyRequests' } },
    });
    const ask = { bucket: 'raw', path: '/s', method: 'HEAD' };
    expect(outcome(await send(emulator, { ...ask, secretAccessKey: 'wrong' }))).toEqual([403, 'SignatureDoesNotMatch']);
    await send(emulator, ask);
    expect(outcome(await send(emulator, ask))).toEqual([429, 'TooManyRequests']);
  });
});
