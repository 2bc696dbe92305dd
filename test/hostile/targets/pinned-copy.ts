/** What Initiate pinned of a copy in parts. */
export const COPY = {
  source: { store: 'hz', bucket: 'raw', key: 'a.mov', versionId: 'CAEQ' },
  destination: { store: 'hz', bucket: 'archive', key: 'a.mov' },
  size: 10,
  etag: '"5B3C1A2E"',
  lastModified: '2026-11-21T00:00:00.000Z',
  checksums: { crc64ecma: '9799' },
  uploadId: '0004B9894A22E5B1888A1E29F823',
  partSize: 1048576,
  partCount: 1,
  spanCount: 1,
  token: 'abcdefghijklmnop',
  inFlight: 4,
  startedAt: '2026-11-21T00:00:00.000Z',
  pinnedAt: '2026-11-21T00:00:00.000Z',
  options: { overwrite: 'always', onFailure: 'abort', requireChecksum: false },
};
