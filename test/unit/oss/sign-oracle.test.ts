import { createRequire } from 'node:module';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../shared/credentials.ts';
import { encodeRfc3986 } from '../../../shared/http/encode.ts';
import type { SignableRequest } from '../../../shared/provider/oss/sign.ts';
import { canonicalResource, signV1, stringToSignV1 } from '../../../shared/provider/oss/sign-v1.ts';
import { canonicalQuery, signV4 } from '../../../shared/provider/oss/sign-v4.ts';
import { hostile } from '../provider/hostile.ts';

/** Alibaba's own SDK signs the same requests; printed with a failure, so that it can be run again. */
const RUN = { seed: 20_240_305, numRuns: 2000, endOnFailure: true } as const;
const BUCKET = 'some-bucket';

const text = v.pipe(v.unknown(), v.string());
const oracle = v.parse(
  v.looseObject({ buildCanonicalString: v.function(), computeSignature: v.function(), authorizationV4: v.function() }),
  createRequire(import.meta.url)('ali-oss/lib/common/signUtils'),
);

type Oracle = 'buildCanonicalString' | 'computeSignature' | 'authorizationV4';

function ask(name: Oracle, ...args: unknown[]): string {
  return v.parse(text, Reflect.apply(oracle[name], oracle, args));
}

/** ali-oss trims Unicode's blanks too, which HTTP and OSS do not: such values are left out. */
const headerValue = fc
  .string({ unit: fc.oneof(fc.constantFrom(...' abcXYZ0-~!"%+=;,:/'), fc.constantFrom(...'数据é🎬')), maxLength: 30 })
  .filter((value) => value.replace(/^[ \t]+|[ \t]+$/g, '') === value.trim());

const headerName = fc.constantFrom(
  'x-oss-copy-source',
  'x-oss-copy-source-range',
  'x-oss-meta-a',
  'x-oss-meta-a-b',
  'x-oss-meta-ab',
  'x-oss-object-acl',
  'content-type',
  'content-md5',
  'range',
  'if-match',
);
const headers = fc.dictionary(headerName, headerValue, { maxKeys: 7 }).map((all) => ({ ...all }));

/** Names whose order is the same by code unit (OSS's rule) and by locale (ali-oss's, a defect for others). */
const NAMES = [
  'acl',
  'continuation-token',
  'encoding-type',
  'max-parts',
  'partNumber',
  'prefix',
  'tagging',
  'uploadId',
  'versionId',
];
const query = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), fc.option(hostile, { nil: undefined })), {
    selector: ([name]) => name,
  })
  .map((pairs) => pairs.map(([name, value]) => [name, value] as const));

const request = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
  bucket: fc.constant(BUCKET),
  key: hostile,
  query,
  headers,
});
const credentials = fc
  .record({
    secretAccessKey: fc.string({ minLength: 1 }),
    sessionToken: fc.option(fc.base64String({ minLength: 4 }), { nil: undefined }),
  })
  .map((fields) => new Credentials({ accessKeyId: 'LTAIexample', ...fields }));
const now = fc.date({
  min: new Date('2001-01-01T00:00:00Z'),
  max: new Date('2099-12-31T23:59:59Z'),
  noInvalidDate: true,
});

/** ali-oss takes the sub-resources as an object; the caller picks which names those are. */
function parametersV1(request: SignableRequest): Record<string, unknown> {
  const signed = new Set(['acl', 'continuation-token', 'partNumber', 'tagging', 'uploadId', 'versionId']);
  return Object.fromEntries(request.query.filter(([name]) => signed.has(name)));
}

describe('ali-oss agrees', () => {
  it('knows that the names are in one order', () => {
    expect(NAMES.toSorted()).toEqual(NAMES.toSorted((left, right) => left.localeCompare(right)));
  });

  it(`OSS-21 V1 on ${RUN.numRuns} hostile requests, seed ${RUN.seed}`, () => {
    fc.assert(
      fc.property(request, credentials, now, (request, credentials, now) => {
        const signed = signV1(request, credentials, now);
        const { authorization, ...headers } = signed;
        // ali-oss writes "undefined" on the line of a missing content type.
        const complete = { 'content-type': '', ...headers, ...trimmed(headers) };
        const theirs = ask('buildCanonicalString', request.method, `/${BUCKET}/${request.key}`, {
          headers: complete,
          parameters: parametersV1(request),
        });
        expect(stringToSignV1({ ...request, headers })).toBe(theirs);
        expect(authorization).toBe(`OSS LTAIexample:${ask('computeSignature', credentials.secretAccessKey, theirs)}`);
      }),
      RUN,
    );
  });

  it(`OSS-21 V4 on ${RUN.numRuns} hostile requests, seed ${RUN.seed}`, () => {
    fc.assert(
      fc.property(request, credentials, now, (request, credentials, now) => {
        const additionalHeaders = ['range', 'if-match', 'content-type'].filter((name) => name in request.headers);
        const { authorization, ...headers } = signV4(request, credentials, {
          region: 'cn-hangzhou',
          now,
          additionalHeaders,
        });
        const queries = Object.fromEntries(request.query.map(([name, value]) => [name, value ?? null]));
        const theirs = ask(
          'authorizationV4',
          'LTAIexample',
          credentials.secretAccessKey,
          'cn-hangzhou',
          request.method,
          { headers, queries },
          BUCKET,
          request.key,
          additionalHeaders,
        );
        expect(authorization).toBe(theirs);
      }),
      RUN,
    );
  });
});

/** ali-oss trims x-oss- headers only; HTTP takes the blanks away from all of them. */
function trimmed(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('content-'))
      .map(([name, value]) => [name, value.trim()]),
  );
}

describe('properties of both signatures', () => {
  const credentialsOf = (sessionToken?: string) =>
    new Credentials({ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken });
  const at = new Date('2024-03-05T06:07:08Z');
  const sign = [
    ['V1', (request: SignableRequest, credentials = credentialsOf()) => signV1(request, credentials, at)],
    [
      'V4',
      (request: SignableRequest, credentials = credentialsOf()) =>
        signV4(request, credentials, { region: 'r', now: at }),
    ],
  ] as const;
  const base: SignableRequest = {
    method: 'PUT',
    bucket: BUCKET,
    key: 'a/b',
    query: [
      ['partNumber', '7'],
      ['uploadId', 'X'],
    ],
    headers: { 'x-oss-copy-source': '/s/k', 'content-type': 'a/b', 'x-oss-meta-a': '1' },
  };

  it.each(sign)('OSS-21 %s does not depend on the order of headers and query', (_, sign) => {
    fc.assert(
      fc.property(request, fc.nat(), (request, turn) => {
        const turned = <T>(list: readonly T[]) =>
          list.map((_, index) => list[(index + turn) % list.length]).filter((item) => item !== undefined);
        const other = {
          ...request,
          query: turned(request.query),
          headers: Object.fromEntries(turned(Object.entries(request.headers)).reverse()),
        };
        expect(sign(other)['authorization']).toBe(sign(request)['authorization']);
      }),
      { ...RUN, numRuns: 300 },
    );
  });

  it.each(sign)('OSS-21 %s changes with everything that is signed', (_, sign) => {
    const variants: SignableRequest[] = [
      base,
      { ...base, method: 'GET' },
      { ...base, bucket: 'other-bucket' },
      { ...base, key: 'a//b' },
      { ...base, key: 'a%2Fb' },
      { ...base, key: 'a/b ' },
      { ...base, query: [['partNumber', '7']] },
      { ...base, query: [['partNumber', '7'], ['uploadId']] },
      { ...base, query: [...base.query, ['versionId', '1']] },
      { ...base, headers: { ...base.headers, 'x-oss-meta-a': '2' } },
      { ...base, headers: { ...base.headers, 'x-oss-meta-b': '1' } },
      { ...base, headers: { ...base.headers, 'content-type': 'a/c' } },
      { ...base, headers: { ...base.headers, 'content-md5': 'x' } },
    ];
    const signatures = variants.map((variant) => sign(variant)['authorization']);
    expect(new Set(signatures).size).toBe(variants.length);
    expect(sign(base, new Credentials({ accessKeyId: 'id', secretAccessKey: 'other' }))['authorization']).not.toBe(
      signatures[0],
    );
  });

  it.each(sign)('OSS-21 %s signs the token of temporary credentials', (_, sign) => {
    const one = sign(base, credentialsOf('token-1'));
    const two = sign(base, credentialsOf('token-2'));
    expect(one['x-oss-security-token']).toBe('token-1');
    expect(one['authorization']).not.toBe(two['authorization']);
  });

  it.each(sign)('%s returns new headers and leaves its input alone', (_, sign) => {
    const frozen = Object.freeze({
      ...base,
      headers: Object.freeze({ ...base.headers }),
      query: Object.freeze([...base.query]),
    });
    expect(sign(frozen)).toMatchObject(base.headers);
    expect(frozen).toEqual(base);
  });

  it('V4 derives a key for each day and region, also of many', () => {
    const credentials = credentialsOf();
    const on = (region: string, day: number) =>
      signV4(base, credentials, { region, now: new Date(Date.UTC(2024, 0, day)) })['authorization'];
    const first = on('cn-hangzhou', 1);
    const days = Array.from({ length: 40 }, (_, day) => on('cn-hangzhou', day + 1));
    expect(new Set(days).size).toBe(40);
    expect(on('cn-beijing', 1)).not.toBe(first);
    expect(on('cn-hangzhou', 1)).toBe(first);
  });

  it('V1 signs sub-resources only, sorted and decoded', () => {
    const resource = canonicalResource('b-1', 'k', [
      ['uploads'],
      ['max-uploads', '9'],
      ['x-oss-process', 'a/b'],
      ['acl', ''],
      ['encoding-type', 'url'],
    ]);
    expect(resource).toBe('/b-1/k?acl&uploads&x-oss-process=a/b');
  });

  it('V4 signs all parameters, sorted by their encoded names, without = where there is no value', () => {
    expect(
      canonicalQuery([['b', '1'], ['a-b', '/ +'], ['a', '2'], ['a', '1'], ['uploads'], ['acl', ''], ['|', '*']]),
    ).toBe('%7C=%2A&a=1&a=2&a-b=%2F%20%2B&acl&b=1&uploads');
  });

  it('refuses what has no UTF-8 form', () => {
    expect(() => encodeRfc3986('\ud800')).toThrow(/well-formed/);
  });
});
