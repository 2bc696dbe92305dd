import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../shared/credentials.ts';
import { cannedOss, errorXml } from './canned-server.ts';
import { failure, object, PATH, plain, upload } from './fixtures.ts';

const oss = cannedOss();

describe('addressing and signing', () => {
  it('puts the bucket into the path, with the same signature', async () => {
    const body = '<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>';
    oss.answer({ status: 204 }, { status: 204 }, { body }, { body });
    const path = oss.client({ addressing: 'path', endpoint: `http://127.0.0.1:${oss.port()}` });
    await path.deleteObject(object);
    await oss.client().deleteObject(object);
    await path.listUploads({ bucket: 'dst-bucket' });
    await oss.client().listUploads({ bucket: 'dst-bucket' });
    const [first, second, third, fourth] = oss.seen;
    expect(first?.line).toBe(`DELETE /src-bucket${PATH}?versionId=CAEQ%2B%2F%3D`);
    expect(third?.line).toBe('GET /dst-bucket/?uploads&encoding-type=url&max-uploads=1000');
    expect(first?.headers['host']).toBe(`127.0.0.1:${oss.port()}`);
    expect(first?.headers['authorization']).toBe(second?.headers['authorization']);
    expect(third?.headers['authorization']).toBe(fourth?.headers['authorization']);
  });

  it('OSS-21 signs with V1 where the store says so, and sends the token', async () => {
    oss.answer({ status: 204 });
    const temporary = new Credentials({ accessKeyId: 'STS.id', secretAccessKey: 's', sessionToken: 'tok' });
    await oss.client({ signature: 'v1' }, temporary).deleteObject(object);
    expect(oss.seen[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/^OSS STS\.id:[A-Za-z0-9+/]{27}=$/),
      'x-oss-date': 'Tue, 05 Mar 2024 06:07:08 GMT',
      'x-oss-security-token': 'tok',
    });
  });

  const skewed = {
    status: 403,
    headers: { date: 'Tue, 05 Mar 2024 07:07:08 GMT' },
    body: errorXml('RequestTimeTooSkewed'),
  };

  it('learns the clock of OSS and keeps it', async () => {
    oss.answer(skewed, { status: 204 }, { status: 204 });
    const client = oss.client();
    await client.deleteObject(object);
    await client.deleteObject(object);
    expect(oss.seen.map(({ headers }) => headers['x-oss-date'])).toEqual([
      '20240305T060708Z',
      '20240305T070708Z',
      '20240305T070708Z',
    ]);
  });

  it('gives up when the clock is refused twice, or OSS does not say its own', async () => {
    oss.answer(skewed, skewed, { ...skewed, headers: {} });
    const client = oss.client();
    expect(await failure(client.deleteObject(object))).toMatchObject({
      name: 'Unauthenticated',
      facts: { code: 'RequestTimeTooSkewed' },
    });
    expect(await failure(client.deleteObject(object))).toMatchObject({ name: 'Unauthenticated' });
    expect(oss.seen).toHaveLength(3);
  });

  it('sends any other failure once', async () => {
    oss.answer(
      { status: 403, body: errorXml('SignatureDoesNotMatch') },
      { status: 503, body: errorXml('ServiceUnavailable') },
    );
    const client = oss.client();
    expect(await failure(client.deleteObject(object))).toMatchObject({ name: 'Unauthenticated' });
    expect(await failure(client.deleteObject(object))).toMatchObject({ name: 'ProviderUnavailable' });
    expect(oss.seen).toHaveLength(2);
  });

  it('OSS-18 takes 304 for a condition that does not hold', async () => {
    oss.answer({ status: 304 }, { status: 304 }, { status: 304 });
    const client = oss.client();
    const destination = { bucket: 'dst-bucket', key: 'd' };
    for (const call of [
      client.head({ object, conditions: { ifNoneMatch: '"A"' } }),
      client.copyObject({ source: object, destination, object: plain }),
      client.uploadPartCopy({ upload, partNumber: 1, source: object }),
    ]) {
      expect(await failure(call)).toMatchObject({ name: 'PreconditionFailed' });
    }
  });

  it('says which operation an unanswered request was', async () => {
    const unreachable = oss.client({ endpoint: 'http://oss.localhost:1' });
    expect(await failure(unreachable.uploadPartCopy({ upload, partNumber: 2, source: object }))).toMatchObject({
      name: 'ConnectionLost',
      facts: { provider: 'oss', operation: 'UploadPartCopy', partNumber: 2, cause: expect.anything() },
    });
  });

  it("passes on the caller's signal and time", async () => {
    const reason = new Error('enough');
    await expect(oss.client().deleteObject(object, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(
      await failure(oss.client({ endpoint: 'http://oss.localhost:1' }).deleteObject(object, { timeoutMs: 1 })),
    ).toMatchObject({
      name: expect.stringMatching(/Timeout|ConnectionLost/),
    });
  });
});
