import { describe, expect, it } from 'vitest';
import type { NewObject, ObjectStore } from '../../../shared/provider/provider.ts';
import { failure } from '../oss/fixtures.ts';
import { cannedQingStor } from './canned-qingstor.ts';
import { object, plain, upload } from './fixtures.ts';

const qingstor = cannedQingStor();
const destination = { bucket: 'dst-bucket', key: 'd' };
const create = (client: ObjectStore, more: Partial<NewObject>) =>
  client.createUpload({ ...destination, object: { ...plain, ...more } });

type Refusal = [string, (client: ObjectStore) => Promise<unknown>];

describe('what is refused before anything is sent', () => {
  it.each<Refusal>([
    ['tags', (client) => create(client, { tags: { a: '1' } })],
    ['reading tags', (client) => client.getTagging(object)],
    ['an ACL', (client) => create(client, { acl: 'private' })],
    ['an ACL at the end', (client) => client.completeUpload({ upload, parts: [], acl: 'private', overwrite: true })],
    ['a content language', (client) => create(client, { headers: { contentLanguage: 'zh' } })],
    ['encryption by KMS', (client) => create(client, { encryption: { kind: 'kms' } })],
    ['encryption by the provider', (client) => create(client, { encryption: { kind: 'provider' } })],
    [
      'encryption by KMS of a part',
      (client) => client.uploadPartCopy({ upload, partNumber: 1, source: object, encryption: { kind: 'kms' } }),
    ],
  ])('QingStor cannot do it: %s', async (_, call) => {
    expect(await failure(call(qingstor.client()))).toMatchObject({ name: 'Unsupported' });
    expect(qingstor.seen).toEqual([]);
  });

  it.each<Refusal>([
    ['metadata that is not ASCII', (client) => create(client, { metadata: { owner: '爱丽丝' } })],
    ['a metadata name that is not ASCII', (client) => create(client, { metadata: { naïve: 'x' } })],
    ['CR LF in metadata', (client) => create(client, { metadata: { a: 'x\r\nx-qs-acl: public' } })],
    ['NUL in metadata', (client) => create(client, { metadata: { a: 'x\u0000y' } })],
    ['a colon in a metadata name', (client) => create(client, { metadata: { 'a:b': 'x' } })],
    ['a metadata name twice', (client) => create(client, { metadata: { A: '1', a: '2' } })],
    ['CR LF in a content header', (client) => create(client, { headers: { contentType: 'a\r\nb: c' } })],
    ['CR LF in a class', (client) => create(client, { storageClass: 'X\r\nb: c' })],
    ['CR LF in an ETag', (client) => client.head({ object, conditions: { ifMatch: '"\r\n"' } })],
    ['a bucket that is a host', (client) => client.deleteObject({ bucket: 'evil.com/x', key: 'k' })],
    ['a bucket of five letters', (client) => client.deleteObject({ bucket: 'short', key: 'k' })],
    ['a key with a leading slash', (client) => client.deleteObject({ bucket: 'dst-bucket', key: '/k' })],
    ['an object without a key', (client) => client.deleteObject({ bucket: 'dst-bucket', key: '' })],
    [
      'a source bucket with a slash',
      (client) => client.copyObject({ source: { bucket: 'a/bcdef', key: 'k' }, destination, object: plain }),
    ],
    ['half a character in a version', (client) => client.deleteObject({ ...object, versionId: '\udc00' })],
  ])('header injection and impossible names: %s', async (_, call) => {
    const error = await failure(call(qingstor.client()));
    expect(error).toMatchObject({ name: 'InvalidRequest' });
    expect(error.message).not.toMatch(/public|爱丽丝/);
    expect(qingstor.seen).toEqual([]);
  });

  it('says what to do about metadata that is not ASCII', async () => {
    expect(await failure(create(qingstor.client(), { metadata: { owner: '爱丽丝' } }))).toMatchObject({
      summary: 'QingStor takes user metadata in ASCII only: percent-encode "owner", or leave it out.',
    });
  });
});
