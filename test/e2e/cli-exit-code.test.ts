import { expect, it } from 'vitest';
import { demoOssAccount, startOssEmulator } from '../emulators/oss/emulator.ts';
import { objectferry } from './cli-process.ts';
import { jsonStores, keysOf, storeAt } from './cli-stores.ts';

it.each([
  ['before the upload is open', 'InitiateMultipartUpload', 2],
  ['while parts are copied', 'UploadPartCopy', 1],
  ['at the end', 'CompleteMultipartUpload', 1],
] as const)('a request that the store calls wrong %s ends with the right code', async (_, operation, expected) => {
  const fault = { kind: 'status', status: 400, code: 'InvalidArgument' } as const;
  const buckets = ['raw', 'archive'];
  const oss = await startOssEmulator({ buckets, faults: { seed: 1, rules: [{ operation, fault }] } });
  try {
    oss.model.putVirtualObject('raw', 'key', 3 * 1024 * 1024);
    const stores = await jsonStores(storeAt(oss.endpoint));
    const args = ['copy', 'oss://raw/key', 'oss://archive/key', '--part-size-mib', '1', '--stores', stores];
    const { code, stderr } = await objectferry(args, { env: keysOf(demoOssAccount) });
    expect(stderr).toMatch(/^objectferry: InvalidRequest: /m);
    expect(stderr).toContain(`[oss, ${operation}, `);
    expect(code).toBe(expected);
    expect(oss.model.openUploads('archive')).toEqual([]);
  } finally {
    await oss.close();
  }
});
