import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../shared/credentials.ts';
import { failure } from '../oss/fixtures.ts';
import { cannedQingStor, errorJson } from './canned-qingstor.ts';
import { object, PATH, upload } from './fixtures.ts';

const qingstor = cannedQingStor();

describe('addressing and signing', () => {
  it('QS-9 puts the bucket in front of the zone, or into the path, with the same signature', async () => {
    const body = '{"uploads":[]}';
    qingstor.answer({ status: 204 }, { status: 204 }, { body }, { body });
    const path = qingstor.client({ addressing: 'path', endpoint: `http://127.0.0.1:${qingstor.port()}` });
    await path.abortUpload(upload);
    await qingstor.client().abortUpload(upload);
    await path.listUploads({ bucket: 'dst-bucket' });
    await qingstor.client().listUploads({ bucket: 'dst-bucket' });
    const [first, second, third, fourth] = qingstor.seen;
    expect(first?.line).toBe(`DELETE /dst-bucket${PATH}?upload_id=UP%2B1`);
    expect(second?.line).toBe(`DELETE ${PATH}?upload_id=UP%2B1`);
    expect(third?.line).toBe('GET /dst-bucket/?uploads&limit=1000');
    expect(first?.headers['host']).toBe(`127.0.0.1:${qingstor.port()}`);
    expect(second?.headers['host']).toBe(`dst-bucket.pek3a.localhost:${qingstor.port()}`);
    expect(first?.headers['authorization']).toMatch(/^QS QYid:[A-Za-z0-9+/]{43}=$/);
    expect(first?.headers['authorization']).toBe(second?.headers['authorization']);
    expect(third?.headers['authorization']).toBe(fourth?.headers['authorization']);
  });

  it('refuses temporary credentials, which QingStor does not know', async () => {
    const temporary = new Credentials({ accessKeyId: 'id', secretAccessKey: 's', sessionToken: 'TOKEN-1' });
    const error = await failure(qingstor.client({}, temporary).deleteObject(object));
    expect(error).toMatchObject({ name: 'InvalidConfig', message: expect.stringMatching(/session tokens/) });
    expect(error.message).not.toContain('TOKEN-1');
    expect(qingstor.seen).toEqual([]);
  });

  const date = 'Tue, 05 Mar 2024 07:07:08 GMT';
  const expired = { status: 403, headers: { date }, body: errorJson('request_expired') };

  it('learns the clock of QingStor and keeps it', async () => {
    qingstor.answer(expired, { status: 204 }, { status: 204 });
    const client = qingstor.client();
    await client.deleteObject(object);
    await client.deleteObject(object);
    expect(qingstor.seen.map(({ headers }) => headers['x-qs-date'])).toEqual([
      'Tue, 05 Mar 2024 06:07:08 GMT',
      date,
      date,
    ]);
  });

  it('learns it from a refused HEAD too, which has no code', async () => {
    const headers = { 'content-length': '1', etag: '"e"', 'last-modified': date };
    qingstor.answer({ status: 403, headers: { date } }, { status: 200, headers });
    expect(await qingstor.client().head({ object })).toMatchObject({ size: 1 });
    expect(qingstor.seen.map(({ headers }) => headers['x-qs-date'])).toEqual(['Tue, 05 Mar 2024 06:07:08 GMT', date]);
  });

  it('gives up when the clock is refused twice, or QingStor does not say its own', async () => {
    qingstor.answer(expired, expired, { ...expired, headers: {} });
    const client = qingstor.client();
    for (const sent of [2, 3]) {
      expect(await failure(client.deleteObject(object))).toMatchObject({
        name: 'Unauthenticated',
        facts: { code: 'request_expired' },
      });
      expect(qingstor.seen).toHaveLength(sent);
    }
  });

  it('sends any other failure once', async () => {
    const headers = { date: 'Tue, 05 Mar 2024 06:07:09 GMT' };
    qingstor.answer(
      { status: 401, headers: { date }, body: errorJson('signature_not_matched') },
      { status: 403, headers: { date }, body: errorJson('permission_denied') },
      { status: 403, headers },
      { status: 500, body: errorJson('internal_error') },
    );
    const client = qingstor.client();
    expect(await failure(client.deleteObject(object))).toMatchObject({ name: 'Unauthenticated' });
    expect(await failure(client.deleteObject(object))).toMatchObject({ name: 'AccessDenied' });
    expect(await failure(client.head({ object }))).toMatchObject({ name: 'AccessDenied' });
    expect(await failure(client.deleteObject(object))).toMatchObject({ name: 'ProviderUnavailable' });
    expect(qingstor.seen).toHaveLength(4);
  });

  it('says which operation an unanswered request was', async () => {
    const unreachable = qingstor.client({ endpoint: 'http://pek3a.localhost:1' });
    expect(await failure(unreachable.uploadPartCopy({ upload, partNumber: 2, source: object }))).toMatchObject({
      name: 'ConnectionLost',
      facts: { provider: 'qingstor', operation: 'UploadPartCopy', partNumber: 2, cause: expect.anything() },
    });
  });

  it("passes on the caller's signal", async () => {
    const reason = new Error('enough');
    const aborted = { signal: AbortSignal.abort(reason) };
    await expect(qingstor.client().deleteObject(object, aborted)).rejects.toBe(reason);
  });
});
