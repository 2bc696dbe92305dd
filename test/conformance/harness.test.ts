import { expect, it } from 'vitest';
import { demoS3Account, startS3Emulator } from '../emulators/s3/emulator.ts';
import { createHarness, PLAIN } from './harness.ts';

it('a bucket that others use looks afterwards as it did before', async () => {
  await using s3 = await startS3Emulator({
    buckets: ['raw', 'archive', { name: 'versions', versioning: 'enabled' }],
  });
  const { model, endpoint, region } = s3;
  for (const bucket of ['raw', 'versions']) model.putObject(bucket, 'foreign', Buffer.from('foreign'));
  model.createUpload('archive', 'foreign', { initiator: 'somebody' });
  {
    await using harness = createHarness({
      store: { provider: 's3', region, endpoint, addressing: 'path', credentials: { env: 'S3' } },
      env: { S3_ACCESS_KEY_ID: demoS3Account.accessKeyId, S3_SECRET_ACCESS_KEY: demoS3Account.secretAccessKey },
      buckets: ['raw', 'archive'],
      versioned: 'versions',
      prefix: 'conformance/',
      [Symbol.asyncDispose]: async () => undefined,
    });
    const { client, copy, keyOf, put } = harness;
    await put('raw', keyOf('a'), Buffer.from('one'));
    await copy(keyOf('a'));
    await copy(keyOf('a'), { partSizeMiB: 5 });
    for (const text of ['older', 'newer']) await put('versions', keyOf('v'), Buffer.from(text));
    await client.createUpload({ bucket: 'archive', key: keyOf('left open'), object: PLAIN });
    expect(model.getObject('archive', 'conformance/a')).toBeDefined();
  }
  const keys = model.buckets().map(({ name }) => model.listVersions(name).map(({ key }) => key));
  expect(keys).toEqual([['foreign'], [], ['foreign']]);
  expect(model.openUploads('archive').map(({ key }) => key)).toEqual(['foreign']);
});
