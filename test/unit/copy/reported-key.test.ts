import { expect, it } from 'vitest';
import type { PinnedCopy } from '../../../shared/contract.ts';
import { EMPTY_PROGRESS } from '../../../shared/copy/progress.ts';
import { proveCopy } from '../../../shared/copy/receipt.ts';
import { startWorld } from '../../world.ts';

const ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const ARN = `arn:aws:kms:eu-west-1:111122223333:key/${ID}`;

/** Proves a copy that asked for one key and was told of another notation. */
async function prove(asked: string | undefined, reported: string | undefined): Promise<unknown> {
  await using world = await startWorld();
  const instant = '2026-11-21T00:00:00.000Z';
  const copy: PinnedCopy = {
    source: { store: 'oss', bucket: 'raw', key: 'key' },
    destination: { store: 'oss', bucket: 'archive', key: 'copy' },
    ...{
      size: 1,
      etag: '"a"',
      lastModified: instant,
      checksums: {},
      partSize: 1,
      partCount: 1,
      spanCount: 1,
      inFlight: 1,
    },
    ...{ startedAt: instant, pinnedAt: instant },
    options: {
      overwrite: 'always',
      onFailure: 'abort',
      requireChecksum: false,
      verify: 'checksum',
      encryption: { kind: 'kms', keyId: asked },
    },
  };
  const encryption = { algorithm: 'aws:kms', keyId: reported };
  return proveCopy(
    { ...world.runtime, remainingMs: () => 900_000 },
    {
      strategy: 'whole',
      copy,
      written: { etag: '"a"', checksums: {}, encryption },
      facts: {
        ...{ size: 1, etag: '"a"', lastModified: new Date(instant), access: 'readable', type: 'normal' },
        ...{ checksums: {}, headers: {}, metadata: {}, tagCount: 0, encryption },
      },
      progress: EMPTY_PROGRESS,
      before: [],
      carried: undefined,
    },
  );
}

it.each([
  ['a bare id, reported as an ARN', ID, ARN],
  ['an ARN, reported as a bare id', ARN, ID],
  ['a bare id, reported with region and domain', ID, `cn-north-4:0123456789abcdef0123456789abcdef:key/${ID}`],
  ['an id in other case', ID.toUpperCase(), ARN],
  ['an alias, which nobody here can resolve', 'alias/films', ARN],
  ["an alias's ARN", 'arn:aws:kms:eu-west-1:111122223333:alias/films', ARN],
  ['no key', undefined, ARN],
  ['a key that is not reported', ID, undefined],
])('the destination has the key that was asked for: %s', async (_, asked, reported) => {
  expect(await prove(asked, reported)).toMatchObject({ destination: { encryption: { keyId: reported } } });
});

it.each([
  ['bare ids', 'another', ID],
  ['ARNs', ARN, ARN.replace('1234abcd', '5678abcd')],
  ['a bare id and an ARN', 'another', ARN],
])('another key is refused: %s', async (_, asked, reported) => {
  await expect(prove(asked, reported)).rejects.toMatchObject({
    name: 'Unsupported',
    summary: expect.stringContaining(asked),
  });
});
