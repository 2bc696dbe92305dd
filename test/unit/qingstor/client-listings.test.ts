import { describe, expect, it } from 'vitest';
import { failure } from '../oss/fixtures.ts';
import { cannedQingStor } from './canned-qingstor.ts';
import { upload } from './fixtures.ts';

const qingstor = cannedQingStor();
const created = '2015-10-26T03:19:32.000Z';

/** Parts by their numbers on the wire. */
function partsPage(...numbers: readonly number[]): { readonly body: string } {
  const object_parts = numbers.map((part_number) => ({
    part_number,
    size: 4194304,
    created,
    etag: `"${part_number}"`,
  }));
  return { body: JSON.stringify({ count: numbers.length, object_parts }) };
}

function uploadsPage(keys: readonly string[], more: object = {}): { readonly body: string } {
  const uploads = keys.map((key, index) => ({ key, upload_id: `u${index}`, created }));
  return { body: JSON.stringify({ name: 'dst-bucket', limit: 200, uploads, common_prefixes: [], ...more }) };
}

describe('List Parts', () => {
  it('QS-3 turns numbers from 0 into numbers from 1, and goes on while pages are full', async () => {
    qingstor.answer(partsPage(0, 1), partsPage(2, 3), partsPage());
    const client = qingstor.client();
    const first = await client.listParts({ upload, limit: 2 });
    expect(first).toEqual({
      parts: [
        { partNumber: 1, etag: '"0"', size: 4194304 },
        { partNumber: 2, etag: '"1"', size: 4194304 },
      ],
      next: 2,
    });
    const second = await client.listParts({ upload, limit: 2, after: first.next });
    expect([second.parts.map(({ partNumber }) => partNumber), second.next]).toEqual([[3, 4], 4]);
    expect(await client.listParts({ upload, limit: 2, after: second.next })).toEqual({ parts: [] });
    expect(qingstor.seen.map(({ line }) => line.split('?')[1])).toEqual([
      'upload_id=UP%2B1&limit=2',
      'upload_id=UP%2B1&limit=2&part_number_marker=1',
      'upload_id=UP%2B1&limit=2&part_number_marker=3',
    ]);
  });

  it('asks for pages of 1000, and without a marker for the first', async () => {
    qingstor.answer(partsPage(...Array.from({ length: 1000 }, (_, index) => index)), partsPage(5), { body: '{}' });
    const client = qingstor.client();
    expect((await client.listParts({ upload, after: 0, limit: 5000 })).next).toBe(1000);
    expect(await client.listParts({ upload, after: 1 })).toMatchObject({ parts: [{ partNumber: 6 }] });
    expect(await client.listParts({ upload })).toEqual({ parts: [] });
    expect(qingstor.seen.map(({ line }) => line.split('?')[1])).toEqual([
      'upload_id=UP%2B1&limit=1000',
      'upload_id=UP%2B1&limit=1000&part_number_marker=0',
      'upload_id=UP%2B1&limit=1000',
    ]);
  });

  it('keeps what a server lists again out of the page, and sorts', async () => {
    qingstor.answer(partsPage(2, 0, 1), partsPage(0, 1));
    const client = qingstor.client();
    const page = await client.listParts({ upload, after: 1, limit: 3 });
    expect([page.parts.map(({ partNumber }) => partNumber), page.next]).toEqual([[2, 3], 3]);
    expect(await failure(client.listParts({ upload, after: 2, limit: 2 }))).toMatchObject({ name: 'IncompleteAnswer' });
  });

  it.each([
    '{"object_parts":[{"part_number":-1,"size":1,"etag":"a"}]}',
    '{"object_parts":[{"part_number":"0","size":1,"etag":"a"}]}',
    '{"object_parts":[{"part_number":0,"size":1.5,"etag":"a"}]}',
    '{"object_parts":[{"part_number":0,"size":99999999999999999,"etag":"a"}]}',
    '{"object_parts":{}}',
    '{"object_parts":[',
  ])('refuses %s', async (body) => {
    qingstor.answer({ body });
    expect(await failure(qingstor.client().listParts({ upload }))).toMatchObject({
      name: 'IncompleteAnswer',
      facts: { operation: 'ListParts', status: 200 },
    });
  });
});

describe('List Multipart Uploads', () => {
  it('gives the next markers while there is more', async () => {
    qingstor.answer(
      uploadsPage(['数+ a'], { has_more: true, next_key_marker: '数+ a', next_upload_id_marker: 'u0' }),
      uploadsPage(['b'], { has_more: false, next_key_marker: '', next_upload_id_marker: '' }),
    );
    const client = qingstor.client();
    expect(await client.listUploads({ bucket: 'dst-bucket' })).toEqual({
      uploads: [{ key: '数+ a', uploadId: 'u0', initiated: new Date(created) }],
      next: { key: '数+ a', uploadId: 'u0' },
    });
    const after = { key: '数+ a', uploadId: 'u0' };
    expect(await client.listUploads({ bucket: 'dst-bucket', prefix: 'p/', after, limit: 10 })).not.toHaveProperty(
      'next',
    );
    expect(qingstor.seen.map(({ line }) => line)).toEqual([
      'GET /?uploads&limit=1000',
      'GET /?uploads&limit=10&prefix=p%2F&key_marker=%E6%95%B0%2B%20a&upload_id_marker=u0',
    ]);
  });

  it.each([
    ['no flag, but a marker', uploadsPage(['a'], { next_key_marker: 'a' }), { key: 'a', uploadId: undefined }],
    ['no flag, a full page', uploadsPage(['a', 'b']), { key: 'b', uploadId: 'u1' }],
    ['no flag, a shorter page', uploadsPage(['a']), undefined],
    ['a flag without markers', uploadsPage(['a'], { has_more: true }), { key: 'a', uploadId: 'u0' }],
    ['a flag against a full page', uploadsPage(['a', 'b'], { has_more: false }), undefined],
    ['nothing', { body: '{"uploads":null}' }, undefined],
  ])('an older or newer server: %s', async (_, answer, next) => {
    qingstor.answer(answer);
    expect((await qingstor.client().listUploads({ bucket: 'dst-bucket', limit: 2 })).next).toEqual(next);
  });

  it.each([
    '{"has_more":true,"uploads":[]}',
    '{"has_more":"no","uploads":[]}',
    '{"uploads":[{"key":"k","upload_id":"u","created":"then"}]}',
    '{"uploads":[{"key":"","upload_id":"u","created":"2015-10-26T03:19:32.000Z"}]}',
  ])('refuses %s', async (body) => {
    qingstor.answer({ body });
    expect(await failure(qingstor.client().listUploads({ bucket: 'dst-bucket' }))).toMatchObject({
      name: 'IncompleteAnswer',
    });
  });
});
