import { initiate } from '@objectferry/shared/copy/initiate.ts';
import { describe, expect, it } from 'vitest';
import { seededBytes, startWorld } from '#test/world.ts';

const MIB = 1024 * 1024;
const request = {
  source: 'oss://raw/key',
  destination: 'oss://archive/copy',
  options: { partSizeMiB: 1 },
};

async function start() {
  // The provider's clock, behind the real one by what a test wants to lie in the past.
  let behindMs = 0;
  const world = await startWorld({ clock: () => new Date(Date.now() - behindMs) });
  world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
  const runtime = { ...world.runtime, remainingMs: () => 60_000 };
  /** Begins a copy whose execution started so long ago, while the provider's clock shows the same past. */
  const begin = async (executionStartedMsAgo: number, atMsAgo = 0): Promise<string | undefined> => {
    behindMs = atMsAgo;
    const clock = { ...runtime.clock, now: () => new Date(Date.now() - atMsAgo) };
    const startedAt = new Date(Date.now() - executionStartedMsAgo).toISOString();
    const step = await initiate({ ...runtime, clock }, { request, startedAt });
    behindMs = 0;
    return step.strategy === 'parts' ? step.copy.uploadId : undefined;
  };
  return {
    world,
    begin,
    open: () => world.oss.model.openUploads('archive').map(({ uploadId }) => uploadId),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describe('an invocation of Initiate that died with an upload open', () => {
  it('leaves nothing behind: the next one aborts what it opened', async () => {
    await using copies = await start();
    await copies.begin(20_000, 20_000);
    const again = await copies.begin(20_000);
    expect(copies.open()).toEqual([again]);
  });

  it('is not looked for by the first invocation', async () => {
    await using copies = await start();
    await copies.begin(0);
    expect(copies.world.oss.requests.count('ListMultipartUploads')).toBe(0);
  });

  it('takes no upload along that was open before the execution began', async () => {
    await using copies = await start();
    const stranger = await copies.begin(60_000, 60_000);
    const own = await copies.begin(20_000);
    expect(copies.open().sort()).toEqual([stranger, own].sort());
  });
});
