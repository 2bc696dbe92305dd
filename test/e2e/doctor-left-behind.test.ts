import { withRetry } from '@objectferry/shared/copy/retry.ts';
import { expect, it } from 'vitest';
import { tryBucket } from '#infra/local/doctor/trial.ts';
import type { Fault } from '../emulators/fault-plan.ts';
import { startWorld, type World } from '../world.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';

async function tried({ runtime }: World, signal = new AbortController().signal) {
  const { client } = runtime.stores.open({ store: 'oss', bucket: 'archive', key: 'k' }, 'destination');
  return tryBucket({
    store: 'oss',
    bucket: 'archive',
    client,
    token: TOKEN,
    signal,
    persist: (request) => withRetry({ ...runtime, remainingMs: () => 60_000 }, request),
  });
}

const held = ({ oss }: World) => [...oss.model.listVersions('archive'), ...oss.model.openUploads('archive')];

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['an outage', { kind: 'status', status: 503, code: 'ServiceUnavailable' }],
  ['a lost answer', { kind: 'lost-answer' }],
  ['a cut answer', { kind: 'cut-body' }],
  ['a refusal', { kind: 'status', status: 400, code: 'InvalidArgument' }],
];
const OPERATIONS = [
  'InitiateMultipartUpload',
  'UploadPart',
  'ListParts',
  'CompleteMultipartUpload',
  'GetObject',
  'GetObjectTagging',
  'CopyObject',
  'UploadPartCopy',
] as const;

const cases = (['never', 'enabled'] as const).flatMap((versioning) =>
  OPERATIONS.flatMap((operation) => FAULTS.map(([name, fault]) => ({ versioning, operation, name, fault }))),
);

it.each(cases)('versions $versioning, $name of $operation, every time: nothing is left', async (given) => {
  const { versioning, operation, fault } = given;
  await using world = await startWorld({
    buckets: ['raw', { name: 'archive', versioning }],
    faultRules: [{ operation, fault }],
  });
  const { left } = await tried(world);
  expect(world.oss.faults.log.length).toBeGreaterThan(0);
  expect([left, held(world)]).toEqual([[], []]);
});

it('what cannot be removed is said', async () => {
  const fault: Fault = { kind: 'status', status: 503, code: 'ServiceUnavailable' };
  await using world = await startWorld({ faultRules: [{ operation: 'DeleteObject', after: 1, fault }] });
  const { left } = await tried(world);
  expect(left).toEqual(['object', 'whole', 'parts'].map((name) => `oss://archive/objectferry-doctor/${TOKEN}/${name}`));
  expect(held(world).length).toBe(3);
});

it('a stop in the middle removes what was written', async () => {
  const stop = new AbortController();
  await using world = await startWorld({
    onRequest: ({ operation }) => operation === 'CopyObject' && stop.abort(),
  });
  const { left, problem } = await tried(world, stop.signal);
  expect(problem?.message).toContain('stopped');
  expect(world.oss.requests.count('UploadPartCopy')).toBe(0);
  expect([left, held(world)]).toEqual([[], []]);
});
