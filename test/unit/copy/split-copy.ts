import type { PinnedCopy } from '@objectferry/shared/contract.ts';

const AT = '2026-11-21T00:00:00.000Z';

/** A copy of so many bytes in parts of so many. */
export function pinned(size: number, partSize: number, numbersPerPart?: 3): PinnedCopy {
  return {
    source: { store: 'a', bucket: 'raw', key: 'key' },
    destination: { store: 'a', bucket: 'archive', key: 'copy' },
    size,
    etag: '"source"',
    lastModified: AT,
    checksums: {},
    uploadId: 'upload',
    partSize,
    partCount: Math.ceil(size / partSize),
    spanCount: 1,
    numbersPerPart,
    inFlight: 1,
    startedAt: AT,
    pinnedAt: AT,
    options: { overwrite: 'always', onFailure: 'abort', requireChecksum: false, verify: 'checksum' },
  };
}
