import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../shared/credentials.ts';
import {
  canonicalRequest,
  payloadHash,
  type SignableV4Request,
  scopeOf,
  signSigV4,
  stringToSign,
} from '../../../shared/provider/xml/sigv4.ts';

const schema = v.object({
  clock: v.string(),
  crosschecks: v.array(
    v.object({
      name: v.string(),
      expected: v.string(),
      inputs: v.object({ accessKeyId: v.string(), secretAccessKey: v.string(), region: v.string() }),
    }),
  ),
  vectors: v.array(
    v.object({
      id: v.string(),
      accessKeyId: v.string(),
      secretAccessKey: v.string(),
      securityToken: v.optional(v.string()),
      region: v.string(),
      method: v.string(),
      url: v.string(),
      headers: v.record(v.string(), v.string()),
      body: v.optional(v.string()),
      canonicalRequest: v.string(),
      stringToSign: v.string(),
      authorization: v.string(),
    }),
  ),
});
const file = v.parse(schema, JSON.parse(readFileSync('test/vectors/s3-signing.json', 'utf8')));
const now = new Date(file.clock);

type Vector = (typeof file.vectors)[number];

function requestOf({ method, url, headers, body }: Vector): SignableV4Request {
  const [path = '', rawQuery = ''] = url.replace(/^https?:\/\/[^/]+/, '').split('?');
  const query = rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('=').map(decodeURIComponent))
    .map(([name = '', value]) => [name, value] as const);
  return { method, path, query, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) };
}

describe('vectors of @smithy/signature-v4', () => {
  it('has all of them', () => {
    expect(file.vectors).toHaveLength(32);
  });

  it.each(file.vectors)('S3-1 $id', (vector) => {
    const request = requestOf(vector);
    const date = request.headers['x-amz-date'] ?? '';
    expect(canonicalRequest(request)).toBe(vector.canonicalRequest);
    expect(stringToSign(date, scopeOf(date, vector.region), canonicalRequest(request))).toBe(vector.stringToSign);
    const { 'x-amz-date': _date, 'x-amz-security-token': _token, ...given } = request.headers;
    const { accessKeyId, secretAccessKey, securityToken, region } = vector;
    const signed = signSigV4(
      { ...request, headers: given },
      new Credentials({ accessKeyId, secretAccessKey, sessionToken: securityToken }),
      { region, now },
    );
    expect(signed).toEqual({ ...request.headers, authorization: vector.authorization });
  });

  it('S3-1 hashes the body where no hash is given', () => {
    const vector = file.vectors.find(({ id }) => id.endsWith('hashed-body'));
    expect(payloadHash(Buffer.from(vector?.body ?? ''))).toBe(vector?.headers['x-amz-content-sha256']);
    expect(payloadHash()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it("S3-1 Amazon's documented example", () => {
    const [check] = file.crosschecks;
    expect(file.crosschecks).toHaveLength(1);
    if (check === undefined) return;
    const signed = signSigV4(
      {
        method: 'GET',
        path: '/test.txt',
        query: [],
        headers: { host: 'examplebucket.s3.amazonaws.com', range: 'bytes=0-9' },
      },
      new Credentials(check.inputs),
      { region: check.inputs.region, now: new Date('2013-05-24T00:00:00Z') },
    );
    expect(signed['authorization']?.split('Signature=')[1]).toBe(check.expected);
  });
});
