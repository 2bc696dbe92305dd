import type { CopyAccepted, CopyList, CopyStatus } from '@objectferry/shared/api.ts';
import type { Receipt } from '@objectferry/shared/contract.ts';

const ID = 'api-6f1a0c5d9be84b7f8a2d4c3e5f607182';
const MIB = 1024 * 1024;
const SIZE = 117 * MIB;

const links = { self: `/copies/${ID}` };
const places = { source: 'hz://raw/films/a.mov', destination: 'hz://archive-2026/films/a.mov' };

export const REQUEST = { ...places, options: { overwrite: 'ifDifferent', partSizeMiB: 1 } };

export const REQUEST_IN_FIELDS = {
  source: { store: 'hz', bucket: 'raw', key: 'films/a.mov', versionId: 'CAEQARiBgIDx1' },
  destination: { store: 'hz', bucket: 'archive-2026', key: 'films/a.mov' },
};

export const ACCEPTED: CopyAccepted = { id: ID, links };

export const RUNNING: CopyStatus = {
  id: ID,
  state: 'running',
  startedAt: '2026-11-21T08:00:00.000Z',
  ...places,
  strategy: 'parts',
  size: SIZE,
  progress: {
    partsDone: 39,
    partCount: 117,
    bytesDone: 39 * MIB,
    size: SIZE,
    bytesPerSecond: 13 * MIB,
    etaSeconds: 6,
  },
  links,
};

const RECEIPT: Receipt = {
  source: { store: 'hz', bucket: 'raw', key: 'films/a.mov', etag: '"5B3C1A2E053D763E1B002CC607C5A0FE1"' },
  destination: {
    store: 'hz',
    bucket: 'archive-2026',
    key: 'films/a.mov',
    versionId: 'CAEQAhiBgIDx2',
    etag: '"9A0E8F35F1B94E8AA0AC8D1F1B2C3D4E-117"',
  },
  size: SIZE,
  strategy: 'parts',
  partSize: MIB,
  partCount: 117,
  spans: 1,
  adopted: 0,
  retries: 3,
  throttles: 0,
  seconds: 9.1,
  checks: [
    { name: 'size', result: 'equal', source: String(SIZE), destination: String(SIZE) },
    { name: 'crc64ecma', result: 'equal', source: '9799881077417483267', destination: '9799881077417483267' },
  ],
};

export const SUCCEEDED: CopyStatus = {
  id: ID,
  state: 'succeeded',
  startedAt: '2026-11-21T08:00:00.000Z',
  endedAt: '2026-11-21T08:00:09.100Z',
  ...places,
  strategy: 'parts',
  size: SIZE,
  receipt: RECEIPT,
  links,
};

export const FAILED: CopyStatus = {
  id: ID,
  state: 'failed',
  startedAt: '2026-11-21T08:00:00.000Z',
  endedAt: '2026-11-21T08:00:01.000Z',
  ...places,
  error: {
    name: 'SourceNotFound',
    message: 'The source does not exist. (oss, HeadObject, status 404, NoSuchKey, request 5C3D9175B6FC201293AD4890)',
    advice:
      'Check the bucket, key and version of the source; a deleted object can only be copied by naming an older version.',
  },
  links,
};

export const LIST: CopyList = {
  copies: [{ id: ID, state: 'running', startedAt: '2026-11-21T08:00:00.000Z', links }],
  next: 'WyIyMDI2LTExLTIxVDA4OjAwOjAwLjAwMFoiXQ',
};
