import { describe, expect, it } from 'vitest';
import { cannedOss } from './canned-server.ts';
import { failure, upload } from './fixtures.ts';

const oss = cannedOss();

describe('listings', () => {
  it('listParts reads a page and where the next one begins', async () => {
    const page = (more: string) =>
      `<ListPartsResult><EncodingType>url</EncodingType><Key>x</Key>${more}<Part><PartNumber>3</PartNumber><LastModified>2012-02-23T07:01:34.000Z</LastModified><ETag>"A"</ETag><HashCrc64ecma>99</HashCrc64ecma><Size>5368709120</Size></Part></ListPartsResult>`;
    oss.answer(
      { body: page('<IsTruncated>true</IsTruncated><NextPartNumberMarker>3</NextPartNumberMarker>') },
      {
        body: page('<IsTruncated>false</IsTruncated><NextPartNumberMarker>3</NextPartNumberMarker>').replace(
          '<HashCrc64ecma>99</HashCrc64ecma>',
          '',
        ),
      },
      { body: '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>' },
    );
    const client = oss.client();
    const part = { partNumber: 3, etag: '"A"', size: 5368709120 };
    expect(await client.listParts({ upload })).toEqual({ parts: [{ ...part, crc64ecma: '99' }], next: 3 });
    expect(await client.listParts({ upload, after: 2, limit: 1 })).toEqual({
      parts: [{ ...part, crc64ecma: undefined }],
    });
    expect(await client.listParts({ upload, after: 0, limit: 5000 })).toEqual({ parts: [] });
    expect(oss.seen.map(({ line }) => line.split('?')[1])).toEqual([
      'uploadId=UP%2B1&encoding-type=url&max-parts=1000',
      'uploadId=UP%2B1&encoding-type=url&max-parts=1&part-number-marker=2',
      'uploadId=UP%2B1&encoding-type=url&max-parts=1000',
    ]);
  });

  it.each([
    '<IsTruncated>true</IsTruncated>',
    '<IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker>',
    '<IsTruncated>maybe</IsTruncated>',
    '<IsTruncated>false</IsTruncated><Part><PartNumber>1</PartNumber><Size>1</Size></Part>',
    '<IsTruncated>false</IsTruncated><Part><PartNumber>1</PartNumber><ETag>a</ETag><Size>1e3</Size></Part>',
    '<IsTruncated>false</IsTruncated><Part><PartNumber>1</PartNumber><ETag>a</ETag><Size>99999999999999999</Size></Part>',
    '<IsTruncated>false</IsTruncated><Part/>',
  ])('listParts refuses %s', async (content) => {
    oss.answer({ body: `<ListPartsResult>${content}</ListPartsResult>` });
    expect(await failure(oss.client().listParts({ upload, after: 2 }))).toMatchObject({ name: 'IncompleteAnswer' });
  });

  it.each([
    ['nothing more', 3, 'False', '', undefined],
    ['more', 3, 'TRUE', '<NextPartNumberMarker>3</NextPartNumberMarker>', 3],
    ['nothing at all', 3, undefined, '', undefined],
    ['where it would go on', 3, undefined, '<NextPartNumberMarker>3</NextPartNumberMarker>', 3],
    [
      'where an empty page would go on',
      undefined,
      undefined,
      '<NextPartNumberMarker>2</NextPartNumberMarker>',
      undefined,
    ],
  ])('listParts reads what other stores say of %s', async (_, partNumber, truncated, marker, next) => {
    const flag = truncated === undefined ? '' : `<IsTruncated>${truncated}</IsTruncated>`;
    const part = `<Part><PartNumber>${partNumber}</PartNumber><ETag>a</ETag><Size>1</Size></Part>`;
    oss.answer({ body: `<ListPartsResult>${flag}${marker}${partNumber === undefined ? '' : part}</ListPartsResult>` });
    expect((await oss.client().listParts({ upload, after: 2 })).next).toBe(next);
  });

  it('listUploads decodes keys and gives the next marker', async () => {
    const one =
      '<Upload><Key>a%2Bb+c%E6%95%B0</Key><UploadId>1e5</UploadId><Initiated>2012-02-23T04:18:23.000Z</Initiated></Upload>';
    oss.answer(
      {
        body: `<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>a%2Bb+c</NextKeyMarker><NextUploadIdMarker>U%31</NextUploadIdMarker>${one}</ListMultipartUploadsResult>`,
      },
      {
        body: '<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>a%2B</Key><UploadId>u</UploadId><Initiated>2012-02-23T04:18:23Z</Initiated></Upload></ListMultipartUploadsResult>',
      },
    );
    const client = oss.client();
    const initiated = new Date('2012-02-23T04:18:23.000Z');
    expect(await client.listUploads({ bucket: 'dst-bucket' })).toEqual({
      uploads: [{ key: 'a+b c数', uploadId: '1e5', initiated }],
      next: { key: 'a+b c', uploadId: 'U%31' },
    });
    const second = await client.listUploads({
      bucket: 'dst-bucket',
      prefix: 'p/',
      after: { key: 'k+', uploadId: 'u' },
      limit: 10,
    });
    expect(second).toEqual({ uploads: [{ key: 'a%2B', uploadId: 'u', initiated }] });
    expect(oss.seen.map(({ line }) => line)).toEqual([
      'GET /?uploads&encoding-type=url&max-uploads=1000',
      'GET /?uploads&encoding-type=url&max-uploads=10&prefix=p%2F&key-marker=k%2B&upload-id-marker=u',
    ]);
  });

  it.each([
    '<IsTruncated>true</IsTruncated>',
    '<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Upload><Key>%FF</Key><UploadId>u</UploadId><Initiated>2012-02-23T04:18:23.000Z</Initiated></Upload>',
    '<IsTruncated>false</IsTruncated><Upload><Key>k</Key><UploadId>u</UploadId><Initiated>then</Initiated></Upload>',
  ])('listUploads refuses %s', async (content) => {
    oss.answer({ body: `<ListMultipartUploadsResult>${content}</ListMultipartUploadsResult>` });
    expect(await failure(oss.client().listUploads({ bucket: 'dst-bucket' }))).toMatchObject({
      name: 'IncompleteAnswer',
    });
  });
});
