import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../shared/credentials.ts';
import type { SignableRequest } from '../../../shared/provider/oss/sign.ts';
import { signatureV1, signV1, stringToSignV1 } from '../../../shared/provider/oss/sign-v1.ts';
import { canonicalRequest, scopeOf, signV4, stringToSignV4 } from '../../../shared/provider/oss/sign-v4.ts';

const texts = v.record(v.string(), v.string());
const schema = v.object({
  clock: v.string(),
  crosschecks: v.array(v.object({ name: v.string(), expected: v.string(), inputs: v.looseObject({}) })),
  vectors: v.array(
    v.object({
      id: v.string(),
      scheme: v.picklist(['oss-v1', 'oss-v4']),
      accessKeyId: v.string(),
      secretAccessKey: v.string(),
      securityToken: v.optional(v.string()),
      region: v.optional(v.string(), ''),
      bucket: v.string(),
      key: v.nullish(v.string(), ''),
      method: v.string(),
      url: v.string(),
      headers: texts,
      canonicalRequest: v.optional(v.string()),
      stringToSign: v.string(),
      authorization: v.string(),
    }),
  ),
});
const file = v.parse(schema, JSON.parse(readFileSync('test/vectors/oss-signing.json', 'utf8')));
const now = new Date(file.clock);

type Vector = (typeof file.vectors)[number];

/** What our signers add themselves. */
const ADDED = new Set(['x-oss-date', 'x-oss-content-sha256', 'x-oss-security-token']);

function lowerCased(headers: Vector['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function requestOf({ method, bucket, key, url, headers }: Vector): SignableRequest {
  const rawQuery = url.split('?')[1] ?? '';
  const query = rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('=').map(decodeURIComponent))
    .map(([name = '', value]) => [name, value] as const);
  return { method, bucket, key: key ?? '', query, headers: lowerCased(headers) };
}

function unsigned(request: SignableRequest): SignableRequest {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !ADDED.has(name)));
  return { ...request, headers };
}

function credentialsOf({ accessKeyId, secretAccessKey, securityToken }: Vector): Credentials {
  return new Credentials({ accessKeyId, secretAccessKey, sessionToken: securityToken });
}

describe('vectors of the official SDKs', () => {
  it('has all of them', () => {
    expect(file.vectors.filter(({ scheme }) => scheme === 'oss-v1')).toHaveLength(19);
    expect(file.vectors.filter(({ scheme }) => scheme === 'oss-v4')).toHaveLength(19);
  });

  it.each(file.vectors.filter(({ scheme }) => scheme === 'oss-v1'))('OSS-21 $id', (vector) => {
    const request = requestOf(vector);
    expect(stringToSignV1(request)).toBe(vector.stringToSign);
    const signed = signV1(unsigned(request), credentialsOf(vector), now);
    expect(signed).toEqual({ ...request.headers, authorization: vector.authorization });
  });

  it.each(file.vectors.filter(({ scheme }) => scheme === 'oss-v4'))('OSS-21 $id', (vector) => {
    const request = requestOf(vector);
    const additional = /AdditionalHeaders=([^,]*)/.exec(vector.authorization)?.[1]?.split(';') ?? [];
    const date = request.headers['x-oss-date'] ?? '';
    expect(canonicalRequest(request, additional)).toBe(vector.canonicalRequest);
    expect(stringToSignV4(date, scopeOf(date, vector.region), canonicalRequest(request, additional))).toBe(
      vector.stringToSign,
    );
    const signed = signV4(unsigned(request), credentialsOf(vector), {
      region: vector.region,
      now,
      additionalHeaders: additional,
    });
    expect(signed).toEqual({ ...request.headers, authorization: vector.authorization });
  });

  it('OSS-21 the V1 vector published with the Go SDK', () => {
    const check = file.crosschecks.find(({ name }) => name.includes('TestV1AuthHeader'));
    const inputs = v.parse(v.object({ secretAccessKey: v.string(), stringToSign: v.string() }), check?.inputs);
    expect(signatureV1(inputs.secretAccessKey, inputs.stringToSign)).toBe(check?.expected);
  });

  it('OSS-21 the V4 vector published with the Go SDK', () => {
    const check = file.crosschecks.find(({ name }) => name.includes('TestV4AuthHeader'));
    const inputs = v.parse(
      v.object({
        accessKeyId: v.string(),
        secretAccessKey: v.string(),
        region: v.string(),
        method: v.string(),
        bucket: v.string(),
        key: v.string(),
        headers: texts,
        'query (null = no value)': v.record(v.string(), v.nullable(v.string())),
      }),
      check?.inputs,
    );
    const query = Object.entries(inputs['query (null = no value)']).map(
      ([name, value]) => [name, value ?? undefined] as const,
    );
    const { method, bucket, key, region } = inputs;
    const signed = signV4(
      { method, bucket, key, query, headers: lowerCased(inputs.headers) },
      new Credentials(inputs),
      { region, now: new Date('2023-12-16T16:20:57Z') },
    );
    expect(signed['authorization']?.split('Signature=')[1]).toBe(check?.expected);
  });
});
