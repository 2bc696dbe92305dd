import { describe, expect, it } from 'vitest';
import { CustomerKey } from '../../../shared/credentials.ts';
import type { NewObject, ObjectStore } from '../../../shared/provider/provider.ts';
import { cannedOss } from './canned-server.ts';
import { failure, object, plain, upload } from './fixtures.ts';

const oss = cannedOss();

describe('what is refused before anything is sent', () => {
  const destination = { bucket: 'dst-bucket', key: 'd' };
  const key = new CustomerKey(new Uint8Array(32));
  const customer = { kind: 'customer', key } as const;
  const create = (client: ObjectStore, more: Partial<NewObject>) =>
    client.createUpload({ ...destination, object: { ...plain, ...more } });

  it.each<[string, (client: ObjectStore) => Promise<unknown>]>([
    ['head', (client) => client.head({ object, customerKey: key })],
    ['getRange', (client) => client.getRange({ object, range: { offset: 0, length: 1 }, customerKey: key })],
    ['copyObject from', (client) => client.copyObject({ source: object, destination, object: plain, sourceKey: key })],
    [
      'copyObject to',
      (client) => client.copyObject({ source: object, destination, object: { ...plain, encryption: customer } }),
    ],
    ['createUpload', (client) => create(client, { encryption: customer })],
    [
      'uploadPartCopy from',
      (client) => client.uploadPartCopy({ upload, partNumber: 1, source: object, sourceKey: key }),
    ],
    [
      'uploadPartCopy to',
      (client) => client.uploadPartCopy({ upload, partNumber: 1, source: object, encryption: customer }),
    ],
    [
      'uploadPart',
      (client) => client.uploadPart({ upload, partNumber: 1, body: Buffer.from(''), encryption: customer }),
    ],
    ['completeUpload', (client) => client.completeUpload({ upload, parts: [], overwrite: true, encryption: customer })],
  ])('customer keys: %s', async (_, call) => {
    expect(await failure(call(oss.client()))).toMatchObject({ name: 'Unsupported' });
    expect(oss.seen).toEqual([]);
  });

  it.each<[string, (client: ObjectStore) => Promise<unknown>]>([
    ['CR LF in metadata', (client) => create(client, { metadata: { a: 'x\r\nx-oss-acl: public-read' } })],
    ['LF in metadata', (client) => create(client, { metadata: { a: 'x\ny' } })],
    ['NUL in metadata', (client) => create(client, { metadata: { a: 'x\u0000y' } })],
    ['half a character in metadata', (client) => create(client, { metadata: { a: '\ud800' } })],
    ['CR LF in a metadata name', (client) => create(client, { metadata: { 'a\r\nb': 'x' } })],
    ['a colon in a metadata name', (client) => create(client, { metadata: { 'a:b': 'x' } })],
    ['a metadata name twice', (client) => create(client, { metadata: { A: '1', a: '2' } })],
    ['an empty metadata name', (client) => create(client, { metadata: { '': '1' } })],
    ['CR LF in a content header', (client) => create(client, { headers: { contentType: 'a\r\nb: c' } })],
    ['CR LF in a class', (client) => create(client, { storageClass: 'IA\r\nb: c' })],
    ['CR LF in an ETag', (client) => client.head({ object, conditions: { ifMatch: '"\r\n"' } })],
    ['a bucket that is a host', (client) => client.deleteObject({ bucket: 'evil.com/x', key: 'k' })],
    ['a key with a leading slash', (client) => client.deleteObject({ bucket: 'dst-bucket', key: '/k' })],
    [
      'a source bucket with a slash',
      (client) => client.copyObject({ source: { bucket: 'a/b', key: 'k' }, destination, object: plain }),
    ],
    [
      'a source without a key',
      (client) => client.copyObject({ source: { bucket: 'src-bucket', key: '' }, destination, object: plain }),
    ],
    ['an object without a key', (client) => client.deleteObject({ bucket: 'dst-bucket', key: '' })],
    ['half a character in a version', (client) => client.deleteObject({ ...object, versionId: '\udc00' })],
  ])('header injection and impossible names: %s', async (_, call) => {
    const error = await failure(call(oss.client()));
    expect(error).toMatchObject({ name: 'InvalidRequest' });
    expect(error.message).not.toContain('public-read');
    expect(oss.seen).toEqual([]);
  });
});
