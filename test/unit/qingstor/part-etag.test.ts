import { describe, expect, it } from 'vitest';
import type { PinnedCopy } from '../../../shared/contract.ts';
import { copyRange } from '../../../shared/copy/copy-range.ts';
import { wholeOf } from '../../../shared/copy/wire-parts.ts';
import { failure } from '../oss/fixtures.ts';
import { cannedQingStor } from './canned-qingstor.ts';

const qingstor = cannedQingStor();
const MIB = 1024 * 1024;
const SIZE = 10 * MIB;
const PART = 4 * MIB;
const upload = { bucket: 'dst-bucket', key: 'd', uploadId: 'U' };
const at = '2024-03-05T06:07:08.000Z';
const copy: PinnedCopy = {
  source: { store: 'a', bucket: 'src-bucket', key: 's' },
  destination: { store: 'b', bucket: 'dst-bucket', key: 'd' },
  size: SIZE,
  etag: '"source"',
  lastModified: at,
  checksums: {},
  uploadId: 'U',
  partSize: PART,
  partCount: 3,
  spanCount: 1,
  inFlight: 1,
  startedAt: at,
  pinnedAt: at,
  options: { overwrite: 'always', onFailure: 'abort', requireChecksum: false, verify: 'checksum' },
};

/** An answer without an ETag, as the document shows it. */
const silent = { status: 201, headers: { 'x-qs-content-copy-range': `bytes ${2 * PART}-${SIZE - 1}/${SIZE}` } };
const listed = (part: object) => ({ body: JSON.stringify({ count: 1, object_parts: [part] }) });
const copyLast = () =>
  copyRange(
    { client: qingstor.client(), copy, upload, encryption: undefined, sourceKey: undefined },
    wholeOf(copy, 3),
    new AbortController().signal,
  );

describe('the ETag of a copied part', () => {
  it('QS-2 QS-3 QS-4 QS-5 is taken from the header, with part, range and pin on the wire', async () => {
    qingstor.answer({ ...silent, headers: { ...silent.headers, etag: '"e"' } });
    expect(await copyLast()).toBe('"e"');
    expect(qingstor.seen).toHaveLength(1);
    expect(qingstor.seen[0]).toMatchObject({
      line: 'PUT /d?part_number=2&upload_id=U',
      headers: {
        'x-qs-copy-source': '/src-bucket/s',
        'x-qs-copy-range': `bytes=${2 * PART}-${SIZE - 1}`,
        'x-qs-copy-source-if-match': '%22source%22',
      },
    });
  });

  it('QS-4 is taken from List Parts where the answer has none', async () => {
    qingstor.answer(silent, listed({ part_number: 2, size: 2 * MIB, etag: '"listed"' }));
    expect(await copyLast()).toBe('"listed"');
    expect(qingstor.seen[1]?.line).toBe('GET /d?upload_id=U&limit=1&part_number_marker=1');
  });

  it.each([
    ['without an ETag', { part_number: 2, size: 2 * MIB }],
    ['with an empty one', { part_number: 2, size: 2 * MIB, etag: '""' }],
    ['not at all', { part_number: 7, size: 2 * MIB, etag: '"other"' }],
  ])('QS-4 a part that List Parts has %s is a failed part', async (_, part) => {
    qingstor.answer(silent, listed(part));
    expect(await failure(copyLast())).toMatchObject({ name: 'MissingETag', facts: { partNumber: 3 } });
  });

  it('QS-5 a pin that does not hold any more is a changed source', async () => {
    qingstor.answer({ status: 412, body: '{"code":"precondition_failed"}' });
    expect(await failure(copyLast())).toMatchObject({ name: 'SourceChanged' });
  });

  it('QS-2 other bytes than were asked for are a failed part', async () => {
    qingstor.answer({ status: 201, headers: { etag: '"e"' } });
    expect(await failure(copyLast())).toMatchObject({ name: 'IncompleteAnswer', facts: { partNumber: 3 } });
  });
});
