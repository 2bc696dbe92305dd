import { CustomerKey } from '@objectferry/shared/credentials.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import type { HttpAnswer, HttpRequest } from '@objectferry/shared/http/transport.ts';
import type { NewObject, ObjectStore } from '@objectferry/shared/provider/provider.ts';
import { describe, expect, it } from 'vitest';
import { EMULATED } from '../emulators/catalogue.ts';
import { NOWHERE, openStore } from './open-store.ts';

/** What ends a line, a header, a request, or is taken for one of them by somebody on the way. */
const ENDS = ['\r\n', '\n', '\r', '\0', '\r\n\r\n', '\x0b', '\x1b', '\x7f', '\ud800'];
const injected = (end: string): string => `a${end}x-injected: yes`;
/** What is only text to HTTP, but syntax to a query. */
const QUERY = ['a&partNumber=9999', 'a#x', 'a?acl', 'a=b', 'a%0d%0ax-injected: yes', 'a b', '../a', 'a+b', '数&据=1'];
const PLAIN: NewObject = { headers: {}, metadata: {}, tags: {}, overwrite: true };

describe.each(Object.keys(EMULATED))('at %s', (name) => {
  const [from, to] = EMULATED[name]?.buckets ?? expect.fail();
  const source = { bucket: from, key: 'key' };
  const destination = { bucket: to, key: 'copy' };
  const upload = { ...destination, uploadId: 'id' };

  /** Everything that a client sent while it was asked, and what it said in the end. */
  async function sentBy(
    ask: (client: ObjectStore) => Promise<unknown>,
    answer: Partial<HttpAnswer> = {},
  ): Promise<{ sent: readonly HttpRequest[]; error: unknown }> {
    const sent: HttpRequest[] = [];
    const client = openStore(name, NOWHERE, async (request) => {
      sent.push(request);
      return { status: 500, headers: {}, body: Buffer.of(), ...answer };
    });
    const error = await ask(client).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    for (const request of sent) expectClean(request);
    return { sent, error };
  }

  const objectWith = (fields: Partial<NewObject>) => (client: ObjectStore) =>
    client.createUpload({ ...destination, object: { ...PLAIN, ...fields } });
  const copyWith = (fields: Partial<NewObject>) => (client: ObjectStore) =>
    client.copyObject({ source, destination, object: { ...PLAIN, ...fields } });
  const head = (text: string, condition: 'ifMatch' | 'ifNoneMatch') => (client: ObjectStore) =>
    client.head({ object: source, conditions: { [condition]: text } });
  const FIELDS: Readonly<Record<string, (text: string) => (client: ObjectStore) => Promise<unknown>>> = {
    'the content type': (text) => objectWith({ headers: { contentType: text } }),
    'the cache control': (text) => copyWith({ headers: { cacheControl: text } }),
    'the disposition': (text) => copyWith({ headers: { contentDisposition: text } }),
    'the coding': (text) => copyWith({ headers: { contentEncoding: text } }),
    'the language': (text) => copyWith({ headers: { contentLanguage: text } }),
    'the expiry': (text) => copyWith({ headers: { expires: text } }),
    'a value of metadata': (text) => objectWith({ metadata: { colour: text } }),
    'a name of metadata': (text) => copyWith({ metadata: { [text]: 'blue' } }),
    'the ACL': (text) => copyWith({ acl: text }),
    'the ACL at the end': (text) => (client) =>
      client.completeUpload({ upload, parts: [], acl: text, overwrite: true }),
    'the storage class': (text) => objectWith({ storageClass: text }),
    'the KMS key': (text) => objectWith({ encryption: { kind: 'kms', keyId: text } }),
    'a condition on the object': (text) => head(text, 'ifMatch'),
    'the other condition on the object': (text) => head(text, 'ifNoneMatch'),
    'a condition on the source': (text) => (client) =>
      client.uploadPartCopy({ upload, partNumber: 1, source, conditions: { ifMatch: text } }),
    'a condition on what is read': (text) => (client) =>
      client.getRange({ object: source, range: { offset: 0, length: 1 }, ifMatch: text }),
  };

  it.each(Object.keys(FIELDS))(
    '%s cannot end a line: it is refused before a request is sent, or encoded',
    async (field) => {
      const ask = FIELDS[field] ?? expect.fail();
      for (const end of ENDS) {
        const { sent, error } = await sentBy(ask(injected(end)));
        if (sent.length > 0) continue;
        expect(error).toBeInstanceOf(CopyError);
        expect(error).toHaveProperty('name', expect.stringMatching(/^(?:InvalidRequest|Unsupported)$/));
        // The header is named, in one line; of its value nothing is shown.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test.
        expect(String(error)).not.toMatch(/[\u0000-\u001f\u007f]/);
        if (!field.startsWith('a name')) expect(String(error)).not.toContain('x-injected');
      }
    },
  );

  it('tags, versions and upload ids are encoded, or refused', async () => {
    for (const text of [...ENDS.map(injected), ...QUERY]) {
      const asks: readonly ((client: ObjectStore) => Promise<unknown>)[] = [
        objectWith({ tags: { [text]: text } }),
        (client) => client.head({ object: { ...source, versionId: text } }),
        (client) => client.copyObject({ source: { ...source, versionId: text }, destination, object: PLAIN }),
        (client) => client.uploadPartCopy({ upload: { ...upload, uploadId: text }, partNumber: 7, source }),
        (client) => client.uploadPart({ upload: { ...upload, uploadId: text }, partNumber: 7, body: Buffer.of(1) }),
        (client) => client.listParts({ upload: { ...upload, uploadId: text } }),
        (client) => client.listUploads({ bucket: to, prefix: text, after: { key: text, uploadId: text } }),
        (client) => client.completeUpload({ upload: { ...upload, uploadId: text }, parts: [], overwrite: true }),
        (client) => client.abortUpload({ ...upload, uploadId: text }),
        (client) => client.deleteObject({ ...source, versionId: text }),
      ];
      for (const ask of asks) await expectEncoded(ask);
    }
  });

  /** Every name of the query stands there once, or nothing was sent. */
  async function expectEncoded(ask: (client: ObjectStore) => Promise<unknown>): Promise<void> {
    const { sent, error } = await sentBy(ask);
    if (sent.length === 0) {
      expect(error).toHaveProperty('name', expect.stringMatching(/^(?:InvalidRequest|Unsupported)$/));
    }
    const repeated = sent.flatMap(({ target }) => namesIn(target).filter((name, at, all) => all.indexOf(name) !== at));
    expect(repeated).toEqual([]);
  }

  it('an upload id of the provider’s own making goes back to it as it came, or is refused', async () => {
    for (const text of ['a\r\nx-injected: yes', 'a&partNumber=9999', 'a%26b', '../../other/key?acl', '<a>', 'a\0']) {
      const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      const body =
        name === 'qingstor'
          ? JSON.stringify({ upload_id: text })
          : `<InitiateMultipartUploadResult><UploadId>${escaped}</UploadId></InitiateMultipartUploadResult>`;
      let uploadId: string | undefined;
      await sentBy(
        async (client) => {
          ({ uploadId } = await client.createUpload({ ...destination, object: PLAIN }));
        },
        { status: 200, body: Buffer.from(body) },
      );
      if (uploadId === undefined) continue;
      const back = uploadId;
      const { sent } = await sentBy((client) =>
        client.uploadPartCopy({ upload: { ...upload, uploadId: back }, partNumber: 7, source }),
      );
      const query = new URLSearchParams(sent[0]?.target.split('?')[1]);
      expect([...query.values()].toSorted()).toEqual([back, name === 'qingstor' ? '6' : '7'].toSorted());
    }
  });

  it('an upload id, an ETag or a version that would not fit into a state is no answer', async () => {
    const long = 'x'.repeat(2000);
    const body =
      name === 'qingstor'
        ? JSON.stringify({ upload_id: long })
        : `<InitiateMultipartUploadResult><UploadId>${long}</UploadId></InitiateMultipartUploadResult>`;
    const created = await sentBy(objectWith({}), { status: 200, body: Buffer.from(body) });
    expect(created.error).toMatchObject({ name: 'IncompleteAnswer' });
    const facts = { 'content-length': '1', etag: '"1"', 'last-modified': 'Tue, 05 Mar 2024 06:07:08 GMT' };
    const prefix = { oss: 'x-oss-', obs: 'x-obs-', qingstor: 'x-qs-', s3: 'x-amz-' }[name];
    for (const more of [{ etag: long }, { [`${prefix}version-id`]: long }]) {
      const looked = await sentBy((client) => client.head({ object: source }), {
        status: 200,
        headers: { ...facts, ...more },
      });
      expect(looked.error).toMatchObject({ name: 'IncompleteAnswer' });
    }
  });

  it('a customer key is a header of Base64, and nothing else', async () => {
    const key = new CustomerKey(Buffer.from('\r\nx-injected: yes\r\n\r\n'.padEnd(32, '\n')));
    await sentBy((client) => client.head({ object: source, customerKey: key }));
    await sentBy(objectWith({ encryption: { kind: 'customer', key } }));
  });
});

/** Requires of a request that nothing in it ends where it should not, whoever wrote it. */
function expectClean({ origin, target, headers }: HttpRequest): void {
  expect(origin).toMatch(/^https:\/\/[a-z0-9.-]+$/);
  expect(target).toMatch(/^\/[\w\-.~%/]*(?:\?[\w\-.~%=&]*)?$/);
  for (const [header, value] of Object.entries(headers)) {
    expect(header).toMatch(/^[a-z0-9_-]+$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test.
    expect(value, header).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f]/);
    expect(value.isWellFormed()).toBe(true);
  }
  expect(Object.keys(headers)).not.toContain('x-injected');
}

function namesIn(target: string): string[] {
  return (target.split('?')[1] ?? '').split('&').flatMap((pair) => pair.split('=')[0] ?? []);
}
