import { describe } from 'vitest';
import { demoS3Account, startS3Emulator } from '../emulators/s3/emulator.ts';
import { describeConformance } from './suite.ts';

describe.each(['path', 'virtual'])('%s style', (addressing) => {
  describeConformance('the S3 emulator', async () => {
    const s3 = await startS3Emulator({ buckets: ['raw', 'archive', { name: 'versions', versioning: 'enabled' }] });
    return {
      store: {
        provider: 's3',
        region: s3.region,
        endpoint: addressing === 'path' ? s3.endpoint : s3.virtualHostEndpoint,
        addressing,
        credentials: { env: 'S3' },
      },
      env: { S3_ACCESS_KEY_ID: demoS3Account.accessKeyId, S3_SECRET_ACCESS_KEY: demoS3Account.secretAccessKey },
      buckets: ['raw', 'archive'],
      versioned: 'versions',
      [Symbol.asyncDispose]: () => s3.close(),
    };
  });
});

/** The emulator's habits, and what a stores file says of them. */
const HABITS = {
  conditionsIgnored: true,
  completeTwice: 'no-such-upload',
  rangeError: 416,
  smallSourceRanges: 'allowed',
  checksums: false,
  etagQuoting: '&#34;',
  leadingBlanks: true,
  writeConditions: 'ignored',
  uploadTags: 'dropped',
  completeEtag: 'empty',
  partSourceDecodedTwice: true,
  minPartBytes: 1024 ** 2,
  maxParts: 1000,
  maxMetadataBytes: 4096,
} as const;
const QUIRKS = {
  copyConditions: 'ignored',
  forbidOverwrite: false,
  checksums: false,
  tags: false,
  etagMayBeAbsent: true,
  exactPartSource: false,
  minPartBytes: 1024 ** 2,
  maxParts: 1000,
  maxMetadataBytes: 4096,
};

describeConformance('an S3 with habits of its own, described by quirks', async () => {
  const s3 = await startS3Emulator({
    buckets: ['raw', 'archive', { name: 'versions', versioning: 'enabled' }],
    quirks: HABITS,
  });
  return {
    store: {
      provider: 's3',
      region: s3.region,
      endpoint: s3.endpoint,
      addressing: 'path',
      credentials: { env: 'S3' },
      quirks: QUIRKS,
    },
    env: { S3_ACCESS_KEY_ID: demoS3Account.accessKeyId, S3_SECRET_ACCESS_KEY: demoS3Account.secretAccessKey },
    buckets: ['raw', 'archive'],
    versioned: 'versions',
    [Symbol.asyncDispose]: () => s3.close(),
  };
});
