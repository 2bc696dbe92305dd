import type { PinnedCopy } from '@objectferry/shared/contract.ts';
import { expect, it } from 'vitest';
import { copyWhole } from '../../../shared/copy/copy-whole.ts';
import { initiate } from '../../../shared/copy/initiate.ts';
import { seededBytes, startWorld } from '../../world.ts';

const REQUEST = { source: 'oss://raw/key', destination: 'oss://archive/copy' };

/** A CopyWhole whose answer got lost, so that the machine runs it a second time. */
async function copiedTwice(
  between: (world: Awaited<ReturnType<typeof startWorld>>) => void,
  stateOf: (copy: PinnedCopy) => PinnedCopy = (copy) => copy,
) {
  const world = await startWorld();
  const userMetadata = { owner: 'alice' };
  world.oss.model.putObject('raw', 'key', seededBytes(100), { userMetadata, tags: [['kind', 'film']] });
  const runtime = { ...world.runtime, remainingMs: () => 60_000 };
  const step = await initiate(runtime, { request: REQUEST, startedAt: new Date().toISOString() });
  if (step.strategy !== 'whole') return expect.fail(`the strategy is ${step.strategy}`);
  const input = { copy: stateOf(step.copy), request: REQUEST };
  const first = await copyWhole(runtime, input);
  between(world);
  const second = await copyWhole(runtime, input);
  if (first.strategy !== 'finished' || second.strategy !== 'finished') return expect.fail('a copy has not finished');
  return { world, first: first.receipt, second: second.receipt };
}

it('a repeated CopyWhole compares what the invocation before it has given', async () => {
  const { world, first, second } = await copiedTwice(() => undefined);
  await using _world = world;
  expect(first.carried).toContainEqual(expect.objectContaining({ name: 'metadata', result: 'equal' }));
  expect(second.carried).toEqual(first.carried);
  expect(second.checks).toContainEqual(expect.objectContaining({ name: 'tags', result: 'equal' }));
  expect(world.oss.requests.count('CopyObject')).toBe(1);
});

it('a repeated CopyWhole whose source is gone knows from the state what was carried', async () => {
  const { world, first, second } = await copiedTwice(({ oss }) => oss.model.deleteObject('raw', 'key'));
  await using _world = world;
  expect(second.carried).toEqual(first.carried);
  expect(world.oss.requests.count('CopyObject')).toBe(1);
});

it('and where the state does not say it, claims nothing of what was carried, and succeeds', async () => {
  const { world, second } = await copiedTwice(
    ({ oss }) => oss.model.deleteObject('raw', 'key'),
    ({ object: _object, given: _given, tagCount: _tagCount, ...copy }) => copy,
  );
  await using _world = world;
  expect(second.carried).toBeUndefined();
  expect(second.checks).toContainEqual(expect.objectContaining({ name: 'crc64ecma', result: 'equal' }));
});
