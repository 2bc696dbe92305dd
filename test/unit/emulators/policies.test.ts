import { describe, expect, it } from 'vitest';
import { allows, readPolicy } from '../../emulators/policy.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { head, send, verdict } from './s3-client.ts';

describe('a policy', () => {
  const policy = readPolicy({
    Version: '1',
    Statement: [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::raw/*' },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: ['arn:aws:s3:::raw', 'arn:aws:s3:::a.b'] },
    ],
  });

  it.each([
    ['s3:GetObject', 'arn:aws:s3:::raw/dir/key\nwith a line', true],
    ['s3:GetObject', 'arn:aws:s3:::raw', false],
    ['s3:GetObject', 'arn:aws:s3:::rawer/key', false],
    ['s3:GetObjectVersion', 'arn:aws:s3:::raw/key', false],
    ['s3:ListBucket', 'arn:aws:s3:::raw', true],
    ['s3:ListBucket', 'arn:aws:s3:::aXb', false],
  ])('allows %s on %j: %s', (action, resource, isAllowed) => {
    expect(allows(policy, action, resource)).toBe(isAllowed);
  });

  it('is read in the spelling of QingStor, too', () => {
    const document = { statement: [{ id: 'x', user: 'u', effect: 'allow', action: 'get_object', resource: ['b/*'] }] };
    expect(readPolicy(document)).toEqual([{ actions: ['get_object'], resources: ['b/*'] }]);
  });

  it.each([
    { Statement: [{ Effect: 'Deny', Action: 'x', Resource: '*' }] },
    { Statement: [{ Effect: 'Allow', Action: 'x' }] },
    {},
  ])('is refused when it says more than what is allowed, or less: %j', (document) => {
    expect(() => readPolicy(document)).toThrow();
  });
});

describe('S3 to a principal that may not list', () => {
  const start = (actions: readonly string[]) =>
    startS3Emulator({
      accounts: [
        {
          accessKeyId: 'A',
          secretAccessKey: 's',
          policy: [{ actions: [...actions, 's3:GetObject', 's3:GetObjectVersion'], resources: ['arn:aws:s3:::raw*'] }],
        },
      ],
      buckets: [{ name: 'raw', versioning: 'enabled' }],
    });

  it.each([
    [[], 403],
    [['s3:ListBucket'], 404],
  ])('with besides %j says %d of what is not there, as HEAD, GET and of a version', async (actions, status) => {
    await using emulator = await start(actions);
    emulator.model.putObject('raw', 'there', Buffer.from('x'));
    emulator.model.putObject('raw', 'deleted', Buffer.from('x'));
    emulator.model.deleteObject('raw', 'deleted');
    expect((await head(emulator, '/there', {}, 'raw')).status).toBe(200);
    for (const path of ['/none', '/deleted', '/there?versionId=none']) {
      expect((await head(emulator, path, {}, 'raw')).status).toBe(status);
    }
    const got = await send(emulator, { bucket: 'raw', path: '/none' });
    expect(verdict(got)).toEqual([status, status === 403 ? 'AccessDenied' : 'NoSuchKey']);
  });
});
