import { describe, expect, it } from 'vitest';
import { type EmulatedWorld, startEmulated } from '../emulated-world.ts';
import { demoQingstorAccount, type QingstorEmulator, startQingstorEmulator } from '../emulators/qingstor/emulator.ts';
import { seededBytes } from '../world.ts';

const SIZE = 6 * 1024 * 1024;

describe('QingStor refuses', () => {
  it.each<{
    readonly row: string;
    readonly code: string;
    readonly name: string;
    readonly sentence: string;
    readonly denied?: { readonly action: string; readonly bucket: string };
    readonly operation: string;
    readonly before?: (world: EmulatedWorld<QingstorEmulator>) => void;
  }>([
    {
      row: 'QS-10',
      code: 'permission_denied',
      name: 'AccessDenied',
      sentence: 'QingStor denies access to "archive/copy".',
      denied: { action: 'initiate_multipart_upload', bucket: 'archive' },
      operation: 'InitiateMultipartUpload',
    },
    {
      row: 'QS-10',
      code: 'permission_denied',
      name: 'AccessDenied',
      sentence: 'QingStor denies reading "originals/key" or writing "archive/copy".',
      denied: { action: 'upload_multipart', bucket: 'archive' },
      operation: 'UploadPartCopy',
    },
    {
      row: 'QS-8',
      code: 'bucket_not_exists',
      name: 'BucketNotFound',
      sentence: 'does not exist.',
      operation: 'InitiateMultipartUpload',
      before: ({ emulator }) => emulator.model.deleteBucket('archive'),
    },
    {
      row: 'QS-8',
      code: 'object_not_exists',
      name: 'SourceChanged',
      sentence: 'The source was deleted while it was being copied.',
      operation: 'UploadPartCopy',
      before: ({ emulator }) => emulator.model.deleteObject('originals', 'key'),
    },
    {
      row: 'QS-8',
      code: 'upload_not_exists',
      name: 'UploadGone',
      sentence: 'The multipart upload of "archive/copy" does not exist (any more).',
      operation: 'UploadPartCopy',
      before: ({ emulator }) => {
        for (const upload of emulator.model.openUploads('archive')) emulator.model.endUpload(upload);
      },
    },
  ])('$row $code at $operation is $name: a sentence with id and page, not retried, nothing left', async (row) => {
    const arranged: { world?: EmulatedWorld<QingstorEmulator> } = {};
    const emulator = await startQingstorEmulator({
      buckets: ['originals', 'archive'],
      accounts: [{ ...demoQingstorAccount, deniedActions: row.denied === undefined ? [] : [row.denied] }],
      onRequest: ({ operation }) => {
        if (operation === row.operation && arranged.world !== undefined) row.before?.(arranged.world);
      },
    });
    await using world = startEmulated('qingstor', emulator, { defaults: { partSizeMiB: 4, maxInFlight: 1 } });
    arranged.world = world;
    emulator.model.putObject('originals', 'key', seededBytes(SIZE));
    const { name, message } = await world.failed();
    expect(name).toBe(row.name);
    for (const text of [row.sentence, row.code]) expect(message).toContain(text);
    const refusals = emulator.requests.recent.filter(({ operation }) => operation === row.operation);
    expect(refusals).toHaveLength(1);
    expect(message).toContain(`request ${(refusals[0]?.id ?? 0).toString(16).padStart(16, '0')}, `);
    expect(message).toMatch(/ see https:\/\/docs\.qingcloud\.com\/\S+error_code\.html\]$/);
    expect(world.events.filter(({ type }) => type === 'retry')).toEqual([]);
    world.expectNothingLeft();
  });
});
