import { setTimeout } from 'node:timers/promises';
import { parseStores } from '@objectferry/shared/stores.ts';
import { describe, expect, it } from 'vitest';
import { runCopy } from '#infra/local/local-copy.ts';
import { createLocalRuntime } from '#infra/local/runtime.ts';
import { EMULATED, storeFor } from '../emulators/catalogue.ts';
import type { Fault, FaultRule } from '../emulators/fault-plan.ts';
import { seededBytes } from '../world.ts';

const MIB = 1024 * 1024;

const PART_FAULTS: readonly (readonly [string, Fault])[] = [
  ['500', { kind: 'status', status: 500, code: 'InternalError' }],
  ['503', { kind: 'status', status: 503, code: 'ServiceUnavailable', headers: { 'retry-after': '1' } }],
  ['429', { kind: 'status', status: 429, code: 'TooManyRequests' }],
  ['no ETag', { kind: 'missing-etag' }],
  ['an error in a success', { kind: 'error-in-200', code: 'InternalError' }],
  ['an empty body', { kind: 'empty-body' }],
  ['a cut body', { kind: 'cut-body' }],
  ['a reset', { kind: 'reset' }],
  ['a lost answer', { kind: 'lost-answer' }],
];

describe.each(Object.entries(EMULATED))('on %s', (name, provider) => {
  const [from, to] = provider.buckets;
  const size = 2 * provider.partSizeMiB * MIB + 7;

  const copied = async (rules: readonly FaultRule[], options: object = {}) => {
    const emulator = await provider.start({ buckets: provider.buckets, faults: { seed: 1, rules } });
    const [account] = emulator.accounts;
    const { runtime, close } = createLocalRuntime({
      stores: parseStores({ stores: { [name]: storeFor(name, provider, emulator) } }),
      env: {
        [`${name.toUpperCase()}_ACCESS_KEY_ID`]: account?.accessKeyId,
        [`${name.toUpperCase()}_SECRET_ACCESS_KEY`]: account?.secretAccessKey,
      },
      observe: () => undefined,
    });
    const sleep = (ms: number) => setTimeout(Math.min(ms, 3));
    emulator.model.putObject(from, 'key', seededBytes(size));
    try {
      const result = await runCopy({
        request: {
          source: `${name}://${from}/key`,
          destination: `${name}://${to}/key`,
          options: { partSizeMiB: provider.partSizeMiB, ...options },
        },
        runtime: { ...runtime, clock: { ...runtime.clock, sleep } },
        retryIntervalMs: 1,
      });
      const copy = emulator.model.getObject(to, 'key')?.content.toBuffer();
      return { result, copy, open: emulator.model.openUploads(to).length, hits: emulator.faults.log.length };
    } finally {
      await close();
      await emulator.close();
    }
  };

  it.each(PART_FAULTS)('a part gets over %s', async (_, fault) => {
    const { result, copy, open, hits } = await copied([{ operation: 'UploadPartCopy', times: 1, fault }]);
    expect(result).toMatchObject({ status: 'SUCCEEDED' });
    expect(copy?.equals(seededBytes(size))).toBe(true);
    expect([open, hits]).toEqual([0, 1]);
  });

  it.each([provider.initiate, 'CompleteMultipartUpload', 'ListParts'])(
    'a lost answer of %s is settled',
    async (operation) => {
      const { result, copy, open } = await copied([{ operation, times: 1, fault: { kind: 'lost-answer' } }]);
      expect(result).toMatchObject({ status: 'SUCCEEDED' });
      expect(copy?.equals(seededBytes(size))).toBe(true);
      expect(open).toBe(0);
    },
  );

  it('a refusal ends the copy after one try, and nothing is left', async () => {
    const fault: Fault = {
      kind: 'status',
      status: 403,
      code: name === 'qingstor' ? 'permission_denied' : 'AccessDenied',
    };
    const { result, copy, open, hits } = await copied([{ operation: 'UploadPartCopy', fault }], { maxInFlight: 1 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'AccessDenied' });
    expect([copy, open, hits]).toEqual([undefined, 0, 1]);
  });
});
